import { h } from "../dom.js";
import { count, duration } from "../format.js";

export const isFinal = (run) => ["DONE", "FAILED", "CANCELLED"].includes(run.state);

/** The state in words, with its mark. */
export const state = (run) => h("span", { class: `state ${run.state.toLowerCase()}` },
  run.state.charAt(0) + run.state.slice(1).toLowerCase());

/** Done, failed and all of what a run has to do. */
export function work(run) {
  return run.protocol
    ? { done: run.windowsDone, failed: 0, total: run.windowsTotal, unit: "windows" }
    : { done: run.examplesDone, failed: run.examplesFailed, total: run.examplesTotal, unit: "examples" };
}

/** How far a run is, with a bar for one under way. */
export function progress(run) {
  const { done, failed, total, unit } = work(run);
  if (total === 0) return h("span", { class: "soft" }, isFinal(run) ? "" : "reading the data");
  const text = `${count(done)} of ${count(total)} ${unit}${failed ? `, ${count(failed)} failed` : ""}`;
  if (isFinal(run)) return h("span", { class: "soft" }, done === total ? `${count(total)} ${unit}` : text);
  const left = run.etaSeconds === null || run.etaSeconds === undefined ? "" : `, ${duration(run.etaSeconds)} left`;
  const share = (100 * (done + failed)) / total;
  return h("span", {}, text, left, h("span", {
    class: "bar", role: "progressbar", "aria-label": `Progress of run ${run.id}`,
    "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(share),
  }, h("span", { style: { "inline-size": `${share}%` } })));
}
