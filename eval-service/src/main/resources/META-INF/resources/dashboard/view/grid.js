import { get } from "../api.js";
import { heat } from "../chart/heat.js";
import { h } from "../dom.js";
import { better, difference, isPerplexity, mark, points, rowName, value } from "../part/comparison.js";
import { resultsTable } from "../part/results-table.js";
import { choice } from "../part/choice.js";
import { runFrame } from "../part/run-frame.js";
import { select } from "../part/select.js";
import { labels } from "../format.js";

/** What k, T and λ do: a map of k × T for every λ. */
export async function showGrid(page) {
  const { run, frame } = await runFrame(page, "grid");
  if (run.state !== "DONE" || run.settings.length === 0) {
    return frame(h("div", { class: "notice" }, h("p", {}, run.settings.length === 0
      ? "This run has the base model only: there are no settings to map." : "Maps stand here when the run is done.")));
  }
  const comparison = await get("/api/compare", { runs: run.id }, page.signal);
  const rows = comparison.rows;
  const chosen = Math.max(0, rows.findIndex((row) => key(row.metric) === page.query.get("metric")));
  const row = rows[chosen];
  const kinds = [...new Set(run.settings.map(kind))];
  const wanted = kinds.includes(page.query.get("kind")) ? page.query.get("kind") : kinds[0];
  const cells = run.settings.map((setting, i) => ({ setting, result: row.results[i + 1] }))
    .filter((it) => kind(it.setting) === wanted && it.result);
  const chosenOnHalf = h("div");
  choice(chosenOnHalf, run, page.signal);
  return frame(
    h("div", { class: "filters" },
      select("metric", "Metric", rows.map((it) => [key(it.metric), `${rowName(it.metric)} (${it.metric.name})`]), key(row.metric)),
      kinds.length > 1 ? select("kind", "Datastore", kinds.map((it) => [it, it]), wanted) : null),
    h("section", { class: "panel" }, h("h2", {}, isPerplexity(row.metric) ? `Perplexity of ${rowName({ ...row.metric, headline: true })}` : `${row.metric.name} of ${row.metric.task}, percent`),
      h("p", { class: "soft" }, `Base model: ${value(row.metric, row.results[0].value)}. Blue is better than it, orange is worse; the best has a frame.`),
      maps(row.metric, cells)),
    chosenOnHalf,
    h("section", { class: "panel" }, h("h2", {}, "As numbers"), resultsTable([row], labels(run))));
}

const key = (metric) => `${metric.task} ${metric.name}`;
const kind = (setting) => [setting.datastore, setting.nprobe && `nprobe ${setting.nprobe}`, setting.exactDistances && "exact distances",
  setting.oracle && "oracle"].filter(Boolean).join(", ");

function maps(metric, cells) {
  const distinct = (name) => [...new Set(cells.map((it) => it.setting[name]))].sort((a, b) => a - b);
  const greatest = Math.max(...cells.map((it) => Math.abs(points(metric, it.result.difference?.value ?? 0))), 1e-9);
  const values = cells.map((it) => it.result.value);
  const best = isPerplexity(metric) ? Math.min(...values) : Math.max(...values);
  return h("div", { class: "maps" }, distinct("lambda").map((lambda) => h("div", {}, h("h3", {}, `λ = ${lambda}`),
    heat(`Heat map of ${metric.name} for λ = ${lambda}`, { name: "k", values: distinct("k") }, { name: "T", values: distinct("temperature") },
      (k, temperature) => {
        const it = cells.find(({ setting }) => setting.lambda === lambda && setting.k === k && setting.temperature === temperature);
        if (!it) return null;
        const change = it.result.difference;
        return {
          text: value(metric, it.result.value) + (change ? mark(change) : ""),
          gain: change ? ((better(metric, change) ? 1 : -1) * Math.abs(points(metric, change.value))) / greatest : 0,
          best: it.result.value === best,
          title: `k = ${k}, T = ${temperature}, λ = ${lambda}: ${value(metric, it.result.value)}${change ? `, ${difference(metric, change)} against the base model` : ""}`,
        };
      }))));
}
