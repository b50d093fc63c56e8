import { ApiError } from "./api.js";
import { announce, h, put } from "./dom.js";
import { current } from "./route.js";
import { failure } from "./failure.js";
import { startKeys } from "./keys.js";
import { startThemeButton } from "./theme-button.js";
import { showCompare } from "./view/compare.js";
import { showDatastores } from "./view/datastores.js";
import { showExample } from "./view/example.js";
import { showExamples } from "./view/examples.js";
import { showGrid } from "./view/grid.js";
import { showNew } from "./view/new.js";
import { showPerplexity } from "./view/perplexity.js";
import { showRecord } from "./view/record.js";
import { showResults } from "./view/results.js";
import { showRuns } from "./view/runs.js";
import { showTasks } from "./view/tasks.js";
import { showWindow } from "./view/window.js";

/** Paths and their views; ":" stands for any one part. */
const VIEWS = [
  ["runs", showRuns],
  ["new", showNew],
  ["compare", showCompare],
  ["datastores", showDatastores],
  ["tasks", showTasks],
  ["runs/:", showResults],
  ["runs/:/grid", showGrid],
  ["runs/:/perplexity", showPerplexity],
  ["runs/:/windows/:", showWindow],
  ["runs/:/examples", showExamples],
  ["runs/:/examples/:/:", showExample],
  ["runs/:/record", showRecord],
];

const main = document.getElementById("main");
let leaving = new AbortController();
let shown = "";

function find(path) {
  for (const [pattern, view] of VIEWS) {
    const parts = pattern.split("/");
    if (parts.length === path.length && parts.every((part, i) => part === ":" || part === path[i])) {
      return { view, values: path.filter((_, i) => parts[i] === ":") };
    }
  }
  return null;
}

async function draw() {
  const route = current();
  if (route.path.length === 0) {
    history.replaceState(null, "", "#/runs");
    return draw();
  }
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const place = route.path.join("/");
  const moved = place !== shown;
  const focused = document.activeElement?.id;
  mark(route.path[0]);
  main.setAttribute("aria-busy", "true");
  let content;
  try {
    const found = find(route.path);
    if (!found) throw new ApiError(404, { detail: "There is no such page." });
    content = await found.view({ values: found.values, query: route.query, signal, redraw: draw });
  } catch (e) {
    if (signal.aborted) return;
    content = h("section", {}, h("h1", {}, "Not shown"), failure(e, draw));
  }
  if (signal.aborted) return;
  put(main, content);
  main.removeAttribute("aria-busy");
  shown = place;
  const heading = main.querySelector("h1");
  document.title = `${heading?.textContent ?? ""} · kNN-LM`;
  if (moved) {
    scrollTo(0, 0);
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    announce(document.title);
  } else if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

function mark(section) {
  for (const anchor of document.querySelectorAll("#nav a")) {
    if (anchor.getAttribute("href") === `#/${section}`) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", draw);
startKeys();
startThemeButton();
draw();
