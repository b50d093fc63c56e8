import { follow, get, post } from "../api.js";
import { announce, h, put } from "../dom.js";
import { failure } from "../failure.js";
import { between, time, title } from "../format.js";
import { link } from "../route.js";
import { texts } from "./windows.js";
import { isFinal, progress, state } from "./run-state.js";

/** Views of a run: name, address, and which runs have it. */
const TABS = [
  ["Results", undefined, () => true],
  ["Settings", "grid", (run) => run.settings.length > 0],
  ["Perplexity", "perplexity", (run) => texts(run).length > 0],
  ["Examples", "examples", (run) => run.tasks.length > 0],
  ["Record", "record", () => true],
];

/**
 * What is above every view of a run: its name and state, how far it is, what can be done with it, and the other views.
 * @param {string} tab address of the present view; undefined for the first
 * @returns {Promise<{run: object, frame: (...content) => Node}>}
 */
export async function runFrame(page, tab) {
  const id = page.values[0];
  const run = await get(`/api/runs/${id}`, {}, page.signal);
  const status = h("div", {}, live(run));
  const problems = h("div");
  if (!isFinal(run)) watch(run, page, status);
  return {
    run,
    frame: (...content) => h("section", {},
      h("div", { class: "head" },
        h("div", {}, h("h1", {}, `Run ${run.id}: ${title(run)}`), status),
        h("div", { class: "actions" }, actions(run, page, problems))),
      problems,
      run.error ? h("div", { class: "notice bad" }, h("p", {}, run.error)) : null,
      h("nav", { class: "tabs", "aria-label": "Views of the run" }, TABS.filter(([, , has]) => has(run)).map(([name, part]) =>
        h("a", { href: link(["runs", run.id, ...(part ? [part] : [])]), "aria-current": part === tab ? "page" : null }, name))),
      content),
  };
}

function live(run) {
  return h("p", {}, state(run), " · ", run.model.id, " · ", isFinal(run) || !run.startedAt
    ? [time(run.finishedAt ?? run.createdAt), run.finishedAt ? `, took ${between(run.startedAt, run.finishedAt)}` : ""]
    : progress(run));
}

/** Each event only says that something has changed: the run itself is asked for, at most once a second. */
async function watch(run, page, status) {
  let last = 0;
  const update = async () => {
    const now = await get(`/api/runs/${run.id}`, {}, page.signal);
    put(status, live(now));
    if (now.state !== run.state) {
      announce(`Run ${run.id} is ${now.state.toLowerCase()}`);
      page.redraw();
    }
  };
  try {
    await follow(`/api/runs/${run.id}/progress`, page.signal, (event) => {
      if (event.state !== run.state || Date.now() - last > 1000) {
        last = Date.now();
        update().catch(() => {});
      }
    });
    if (!page.signal.aborted) await update();
  } catch (e) {
    if (!page.signal.aborted) put(status, failure(e, page.redraw));
  }
}

/** Buttons for what may be done with a run in its state. */
export function actions(run, page, problems, words = true) {
  const button = (name, what, done) => h("button", {
    type: "button", "aria-label": words ? null : `${name} run ${run.id}`,
    onclick: async (event) => {
      event.target.disabled = true;
      try {
        put(problems);
        done(await post(`/api/runs/${run.id}/${what}`));
      } catch (e) {
        put(problems, failure(e));
        event.target.disabled = false;
      }
    },
  }, name);
  const stay = () => page.redraw();
  const go = (made) => (location.hash = link(["runs", made.id]));
  switch (run.state) {
    case "QUEUED":
    case "RUNNING":
      return [button("Pause", "pause", stay), button("Stop", "cancel", stay)];
    case "PAUSED":
      return [button("Resume", "resume", stay), button("Stop", "cancel", stay)];
    case "FAILED":
      return [button("Resume", "resume", stay), button("Repeat", "repeat", go)];
    default:
      return [run.examplesFailed && run.state === "DONE" ? button("Retry failed", "retry", stay) : null, button("Repeat", "repeat", go)];
  }
}
