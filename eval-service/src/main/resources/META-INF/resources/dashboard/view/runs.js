import { follow, get } from "../api.js";
import { announce, h, hidden, put } from "../dom.js";
import { failure } from "../failure.js";
import { count, duration, subject, time, title } from "../format.js";
import { actions } from "../part/run-frame.js";
import { progress, state } from "../part/run-state.js";
import { link } from "../route.js";

const SIZE = 25;

/** All runs, the newest first, as they go on. */
export async function showRuns(page) {
  const number = Number(page.query.get("page") ?? 0);
  const { items, total } = await get("/api/runs", { page: number, size: SIZE }, page.signal);
  const problems = h("div");
  const body = h("tbody", {}, items.map((run) => row(run, page, problems)));
  const chosen = () => [...body.querySelectorAll("input:checked")].map((box) => box.value).reverse();
  const compare = h("button", { type: "button", onclick: () => (location.hash = link(["compare"], { runs: chosen().join(",") })) }, "Compare selected");
  compare.disabled = true;
  body.addEventListener("change", () => (compare.disabled = chosen().length === 0));
  watch(page, body, problems, number, items);
  return h("section", {},
    h("div", { class: "head" },
      h("div", {}, h("h1", {}, "Runs"), h("p", {}, total === 1 ? "1 run" : `${count(total)} runs`)),
      h("div", { class: "actions" }, compare)),
    problems,
    total === 0 ? h("div", { class: "notice" }, h("p", {}, "There is no run yet. ", h("a", { href: "#/new" }, "Start the first one"), ".")) :
      h("div", { class: "panel scroll", tabindex: 0, role: "region", "aria-label": "Runs" }, h("table", { class: "full" },
        h("caption", { class: "sr" }, "Runs, the newest first"),
        h("thead", {}, h("tr", {},
          h("th", { scope: "col" }, hidden("Selected")), h("th", { scope: "col" }, "Run"),
          h("th", { scope: "col", class: "wide" }, "Model"), h("th", { scope: "col", class: "number wide" }, "Settings"),
          h("th", { scope: "col" }, "State"), h("th", { scope: "col", class: "wide" }, "Created"),
          h("th", { scope: "col", class: "wide" }, hidden("Actions")))),
        body)),
    pager(number, total));
}

function row(run, page, problems) {
  return h("tr", { id: `run-${run.id}` },
    h("td", {}, h("input", { type: "checkbox", value: run.id, "aria-label": `Select run ${run.id}` })),
    h("th", { scope: "row" }, h("a", { href: link(["runs", run.id]) }, `${run.id} ${title(run)}`),
      h("span", { class: "sub" }, [run.name && subject(run), run.repeats && `repeats run ${run.repeats}`].filter(Boolean).join(", "))),
    h("td", { class: "wide" }, run.model.id),
    h("td", { class: "number wide" }, settings(run)),
    h("td", {}, h("div", {}, state(run)), progress(run)),
    h("td", { class: "wide" }, time(run.createdAt), h("span", { class: "sub" }, took(run))),
    h("td", { class: "wide" }, h("div", { class: "actions" }, actions(run, page, problems, false))));
}

function settings(run) {
  return run.settings.length === 0 ? "base" : `base + ${run.settings.length}`;
}

function took(run) {
  return run.startedAt && run.finishedAt ? `took ${duration((new Date(run.finishedAt) - new Date(run.startedAt)) / 1000)}` : "";
}

async function watch(page, body, problems, number, items) {
  const states = new Map(items.map((run) => [run.id, run.state]));
  try {
    await follow("/api/runs/events", page.signal, (run) => {
      const line = document.getElementById(`run-${run.id}`);
      const before = states.get(run.id);
      states.set(run.id, run.state);
      if (before !== run.state) announce(`Run ${run.id} is ${run.state.toLowerCase()}`);
      if (line) {
        const checked = line.querySelector("input").checked;
        const next = row(run, page, problems);
        next.querySelector("input").checked = checked;
        if (!line.contains(document.activeElement) || before !== run.state) line.replaceWith(next);
        else put(line.children[4], h("div", {}, state(run)), progress(run));
      } else if (number === 0 && before === undefined) page.redraw();
    }, true);
  } catch (e) {
    if (!page.signal.aborted) put(problems, failure(e, page.redraw));
  }
}

function pager(number, total) {
  const last = Math.max(0, Math.ceil(total / SIZE) - 1);
  return last === 0 ? null : h("nav", { class: "actions", "aria-label": "Pages" },
    number > 0 ? h("a", { class: "button", rel: "prev", href: link(["runs"], { page: number - 1 || "" }) }, "Newer") : null,
    h("span", { class: "soft" }, `Page ${number + 1} of ${last + 1}`),
    number < last ? h("a", { class: "button", rel: "next", href: link(["runs"], { page: number + 1 }) }, "Older") : null);
}
