import { h } from "../dom.js";
import { count } from "../format.js";
import { table } from "../table.js";
import { around, difference, interval, mark, rowName, value, way } from "./comparison.js";

const MOST_COLUMNS = 4;

/**
 * Tasks × models with intervals and differences from the first model. Models are columns while they are few, rows when
 * they are many.
 */
export function resultsTable(rows, names) {
  const fits = names.length <= MOST_COLUMNS && matchMedia("(min-width: 760px)").matches;
  return fits ? ofFew(rows, names) : ofMany(rows, names);
}

function ofFew(rows, names) {
  return table("Shares in percent, perplexities as they are, with 95 % bootstrap intervals; then the difference from the first model.", [
    { title: "Task", cell: (row) => [rowName(row.metric), h("span", { class: "sub" }, about(row))], by: (row) => rowName(row.metric) },
    ...names.map((name, i) => ({
      title: name, number: true, by: (row) => row.results[i]?.value,
      cell: ({ metric, results }) => (results[i]
        ? [value(metric, results[i].value), h("span", { class: "sub" }, `[${interval(metric, results[i].interval)}]`), change(metric, results[i], true)] : "–"),
    })),
  ], rows);
}

function ofMany(rows, names) {
  return h("div", {}, rows.map(({ metric, results }) => {
    const tested = results.some((it) => it?.difference?.adjustedPValue != null);
    return table(`${rowName(metric)}: ${about({ metric, results })}, with 95 % bootstrap intervals`, [
    { title: "Model", cell: (it) => it.name, by: (it) => it.name },
    { title: metric.name, number: true, cell: (it) => value(metric, it.result.value), by: (it) => it.result.value },
    { title: "95 %", number: true, wide: true, cell: (it) => h("span", { class: "soft" }, interval(metric, it.result.interval)), by: (it) => it.result.interval.low },
    { title: "Difference", number: true, cell: (it) => change(metric, it.result, false) ?? "", by: (it) => it.result.difference?.value ?? 0 },
    { title: "95 %", number: true, wide: true, cell: (it) => (it.result.difference ? h("span", { class: "soft" }, around(metric, it.result.difference)) : "") },
    ...(tested ? [{ title: "p, Holm", number: true, wide: true, cell: (it) => p(it.result.difference?.adjustedPValue), by: (it) => it.result.difference?.adjustedPValue }] : []),
    ], names.map((name, i) => ({ name, result: results[i] })).filter((it) => it.result));
  }));
}

function p(value) {
  if (value === null || value === undefined) return "";
  return value < 0.001 ? "< 0.001" : value.toFixed(3);
}

function about({ metric, results }) {
  const first = results.find(Boolean);
  return first ? `${metric.name}, n = ${count(first.examples)}${first.failed ? `, ${count(first.failed)} failed` : ""}` : metric.name;
}

function change(metric, result, own) {
  const it = result.difference;
  return it ? h("span", { class: `${way(metric, it)}${mark(it) ? " sure" : ""}`, style: own ? { display: "block" } : {} }, difference(metric, it), mark(it)) : null;
}
