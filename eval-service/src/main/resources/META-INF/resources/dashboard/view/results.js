import { address, get } from "../api.js";
import { forest } from "../chart/forest.js";
import { h } from "../dom.js";
import { change } from "../route.js";
import { forestRows, isPerplexity, MARKS, modelNames } from "../part/comparison.js";
import { resultsTable } from "../part/results-table.js";
import { runFrame } from "../part/run-frame.js";
import { work } from "../part/run-state.js";

/** The results of a run: tasks × settings. */
export async function showResults(page) {
  const { run, frame } = await runFrame(page);
  if (run.state !== "DONE") {
    const { done, total, unit } = work(run);
    return frame(h("div", { class: "notice" }, h("p", {}, run.state === "RUNNING" || run.state === "QUEUED"
      ? "Results stand here when the run is done: there are none of a part of the data."
      : `The run has no results: ${done} of ${total} ${unit} were evaluated.`)));
  }
  const comparison = await get("/api/compare", { runs: run.id }, page.signal);
  return frame(results(comparison, page.query, exports(run)));
}

/** Also shown where runs are compared. */
export function results(comparison, query, beside) {
  const all = query.get("metrics") === "all";
  const rows = comparison.rows.filter((row) => all || row.metric.headline);
  const names = modelNames(comparison.contenders);
  const toggle = h("input", { type: "checkbox", id: "metrics", checked: all, onchange: () => change({ metrics: toggle.checked ? "all" : "" }) });
  return [
    h("div", { class: "filters" }, h("label", { class: "check" }, toggle, "All metrics"), beside),
    h("section", { class: "panel" }, h("h2", {}, "Results"), resultsTable(rows, names), h("p", { class: "note" }, MARKS)),
    plots(comparison, rows, names),
  ];
}

function plots(comparison, rows, names) {
  if (names.length < 2) return null;
  const shares = forestRows(comparison, rows.filter((row) => !isPerplexity(row.metric)), names);
  const perplexities = forestRows(comparison, rows.filter((row) => isPerplexity(row.metric)), names);
  return [
    [shares, "Difference from the first model, points of 100", "points; to the right is better"],
    [perplexities, "Perplexity against the first model's, percent", "percent; to the left is better"],
  ].filter(([lines]) => lines.length).map(([lines, title, unit]) =>
    h("section", { class: "panel" }, h("h2", {}, title), forest(`Forest plot. ${title}, with 95 % intervals`, lines, unit)));
}

function exports(run) {
  return h("span", { class: "soft" }, "Download ", ["csv", "json", "markdown", "latex", "harness"].flatMap((format, i) => [
    i ? ", " : "", h("a", { href: address(`/api/runs/${run.id}/export`, { format }).href, download: `run-${run.id}.${EXTENSIONS[format]}` }, NAMES[format])]));
}

const NAMES = { csv: "CSV", json: "JSON", markdown: "Markdown", latex: "LaTeX", harness: "harness JSON" };
const EXTENSIONS = { csv: "csv", json: "json", markdown: "md", latex: "tex", harness: "harness.json" };
