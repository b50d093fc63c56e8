import { h } from "../dom.js";
import { count } from "../format.js";
import { table } from "../table.js";
import { better, difference, interval, mark, rowName, value } from "./comparison.js";

const MOST_COLUMNS = 6;

/**
 * Tasks × models with intervals and differences from the first model. Models are columns while they are few, rows when
 * they are many.
 */
export function resultsTable(rows, names) {
  const caption = "Accuracies and F1 in percent, perplexities as they are, each with its 95 % bootstrap interval; below it the difference from the first model.";
  if (names.length <= MOST_COLUMNS) {
    return table(caption, [
      { title: "Task", cell: (row) => [rowName(row.metric), h("span", { class: "sub" }, about(row))], by: (row) => rowName(row.metric) },
      ...names.map((name, i) => ({
        title: name, number: true, cell: (row) => cell(row.metric, row.results[i]), by: (row) => row.results[i]?.value,
      })),
    ], rows);
  }
  return table(caption, [
    { title: "Model", cell: (it) => it.name, by: (it) => it.name },
    ...rows.map((row) => ({
      title: rowName(row.metric), number: true, cell: (it) => cell(row.metric, row.results[it.i]),
      by: (it) => row.results[it.i]?.value,
    })),
  ], names.map((name, i) => ({ name, i })));
}

function about(row) {
  const first = row.results.find(Boolean);
  return first ? `${row.metric.name}, n = ${count(first.examples)}${first.failed ? `, ${count(first.failed)} failed` : ""}` : row.metric.name;
}

function cell(metric, result) {
  if (!result) return "–";
  const it = result.difference;
  return [
    value(metric, result.value),
    h("span", { class: "sub" }, interval(metric, result.interval)),
    it ? h("span", { class: `${better(metric, it) ? "up" : "down"}${mark(it) ? " sure" : ""}` }, difference(metric, it), mark(it)) : null,
  ];
}
