import { file, number, share, signed } from "../format.js";

/** What the results of a comparison mean: which way is better, what is sure, and how they are written. */

export const isPerplexity = (metric) => metric.measure.endsWith("PERPLEXITY");

/** A row's name: its task, and its metric where it is not the headline. */
export const rowName = (metric) => file(metric.task) + (metric.headline ? "" : `, ${metric.name}`);

/** A value as it is written: perplexity, or percent of 100. */
export const value = (metric, it) => (isPerplexity(metric) ? number(it, 3) : share(it, 1));

export const interval = (metric, it) => `${value(metric, it.low)}, ${value(metric, it.high)}`;

/** A difference: percent of the base model's perplexity, or points of 100. */
export const points = (metric, it) => (isPerplexity(metric) ? it : 100 * it);

export function difference(metric, it) {
  return signed(points(metric, it.value), 1) + (isPerplexity(metric) ? " %" : "");
}

export const better = (metric, it) => (isPerplexity(metric) ? it.value < 0 : it.value > 0);

/** The class of a difference: better, worse, or neither. */
export const way = (metric, it) => (it.value === 0 ? "" : better(metric, it) ? "up" : "down");

/**
 * How sure a difference is: "*" for Holm's corrected test below 5 %, "†" where there is no test and the interval leaves 0
 * out, "" for none.
 */
export function mark(it) {
  if (it.adjustedPValue !== null && it.adjustedPValue !== undefined) return it.adjustedPValue < 0.05 ? "*" : "";
  return it.interval.low > 0 || it.interval.high < 0 ? "†" : "";
}

export const MARKS = "* differs from the first model, McNemar's exact test with Holm's correction over tasks, p < 0.05. "
  + "† without a test: the 95 % interval of the difference leaves 0 out.";

/** The interval of a difference, in brackets. */
export const around = (metric, it) => `[${signed(points(metric, it.interval.low), 1)}, ${signed(points(metric, it.interval.high), 1)}]`;

/** All differences of a comparison, a line of a forest plot each. */
export function forestRows(comparison, rows, names) {
  return rows.flatMap((row) => row.results.flatMap((result, i) => {
    const it = result?.difference;
    if (!it) return [];
    return [{
      group: rowName(row.metric), label: names[i], value: points(row.metric, it.value),
      low: points(row.metric, it.interval.low), high: points(row.metric, it.interval.high),
      side: way(row.metric, it), sure: mark(it) !== "", text: `${difference(row.metric, it)}${mark(it)} ${around(row.metric, it)}`,
    }];
  }));
}

/** What tells the models of a comparison apart. */
export function modelNames(contenders) {
  const models = new Set(contenders.map((it) => it.model)).size > 1;
  const runs = new Set(contenders.map((it) => it.run)).size > 1;
  return contenders.map((it) => [models && it.model, runs && `run ${it.run}`, it.label].filter(Boolean).join(" "));
}
