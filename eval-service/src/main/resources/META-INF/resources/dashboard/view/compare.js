import { get } from "../api.js";
import { scatter } from "../chart/scatter.js";
import { h } from "../dom.js";
import { failure } from "../failure.js";
import { subject, title } from "../format.js";
import { difference, isPerplexity, mark, modelNames, rowName, value, way } from "../part/comparison.js";
import { select } from "../part/select.js";
import { link } from "../route.js";
import { longList } from "../rows.js";
import { results } from "./results.js";

/** Runs side by side: differences, a scatter plot, and the examples that flipped. */
export async function showCompare(page) {
  const ids = (page.query.get("runs") ?? "").split(",").filter(Boolean);
  const known = await get("/api/runs", { size: 200 }, page.signal);
  const head = h("div", { class: "head" }, h("div", {}, h("h1", {}, ids.length ? `Compare ${ids.length === 1 ? "run" : "runs"} ${ids.join(", ")}` : "Compare"),
    h("p", {}, "All models are held against the base model of the first run, on the examples that both have")));
  const chooser = choose(known.items, ids);
  if (ids.length === 0) return h("section", {}, head, chooser, h("div", { class: "notice" }, h("p", {}, "Choose runs that are done: their models stand side by side.")));
  let comparison;
  try {
    comparison = await get("/api/compare", { runs: ids.join(",") }, page.signal);
  } catch (e) {
    if (page.signal.aborted) throw e;
    return h("section", {}, head, chooser, failure(e, page.redraw));
  }
  const names = modelNames(comparison.contenders);
  return h("section", {}, head, chooser, results(comparison, page.query, null), points(comparison, names, page),
    await flipped(comparison, ids, known.items, names, page));
}

function choose(runs, ids) {
  const done = runs.filter((run) => run.state === "DONE");
  return h("form", { class: "panel", onsubmit: (event) => {
    event.preventDefault();
    const chosen = [...event.target.querySelectorAll("input:checked")].map((box) => box.value);
    location.hash = link(["compare"], { runs: [...ids.filter((id) => chosen.includes(id)), ...chosen.filter((id) => !ids.includes(id))].join(",") });
  } }, h("details", { open: ids.length === 0 }, h("summary", {}, "Choose runs"),
    h("div", { class: "choices", role: "group", "aria-label": "Runs that are done" }, done.map((run) => h("label", { class: "check" },
      h("input", { type: "checkbox", id: `choose-${run.id}`, value: run.id, checked: ids.includes(String(run.id)) }),
      h("span", {}, `${run.id} ${title(run)}`, h("span", { class: "sub" }, subject(run)))))),
    h("p", {}, h("button", { type: "submit" }, "Compare"))));
}

/** Each task is a point: one model's value against another's. */
function points(comparison, names, page) {
  const last = comparison.contenders.length - 1;
  if (last < 1) return null;
  const x = Number(page.query.get("x") ?? 0);
  const y = Math.min(last, Number(page.query.get("y") ?? 1));
  const options = names.map((name, i) => [i, name]);
  const kinds = [[false, "percent"], [true, "perplexity"]].map(([kind, unit]) => ({
    unit, rows: comparison.rows.filter((row) => row.metric.headline && isPerplexity(row.metric) === kind && row.results[x] && row.results[y]),
  })).filter((it) => it.rows.length);
  return h("section", { class: "panel" }, h("h2", {}, "Task by task"),
    h("div", { class: "filters" }, select("x", "Across", options, x), select("y", "Up", options, y)),
    h("div", { class: "maps" }, kinds.map(({ unit, rows }) => scatter(`Scatter plot, ${unit}: ${names[y]} against ${names[x]}`, rows.map((row) => {
      const across = row.results[x].value;
      const up = row.results[y].value;
      const it = row.results[y].difference;
      const factor = unit === "percent" ? 100 : 1;
      return {
        x: factor * across, y: factor * up, side: x === 0 && it ? way(row.metric, it) : up === across ? "" : (up > across) === (unit === "percent") ? "up" : "down",
        sure: x === 0 && it ? mark(it) !== "" : false, name: rowName(row.metric),
        href: link(["compare"], { ...Object.fromEntries(page.query), task: row.metric.task }),
        title: `${rowName(row.metric)}: ${value(row.metric, across)} and ${value(row.metric, up)}${x === 0 && it ? `, ${difference(row.metric, it)}` : ""}`,
      };
    }), `${unit}, ${names[x]}`, `${unit}, ${names[y]}`))));
}

/** Examples that some model gets right and another wrong. */
async function flipped(comparison, ids, runs, names, page) {
  const compared = await Promise.all(ids.map((id) => runs.find((run) => String(run.id) === id) ?? get(`/api/runs/${id}`, {}, page.signal)));
  const shared = compared[0].tasks.map((it) => it.name).filter((name) => compared.every((run) => run.tasks.some((it) => it.name === name)))
    .filter((name) => compared[0].tasks.find((it) => it.name === name).kind !== "perplexity");
  if (shared.length === 0) return null;
  const task = shared.includes(page.query.get("task")) ? page.query.get("task") : shared[0];
  const place = (it) => comparison.contenders.findIndex((model) => model.run === it.run && model.setting === it.setting);
  const answer = (item, i) => item.answers.find((it) => place(it) === i);
  return h("section", { class: "panel" }, h("h2", {}, "Examples that flipped"),
    h("div", { class: "filters" }, select("task", "Task", shared.map((it) => [it, it]), task)),
    longList(`Examples of ${task} that models answer differently`, [
      { title: "Example", width: "minmax(60px, 100px)", narrow: true, cell: (it) => it.index },
      { title: "Prompt, its end", width: "minmax(80px, 3fr)", narrow: true, cell: (it) => it.prompt.replace(/\s+/g, " ").slice(-140) },
      { title: "Right answer", width: "minmax(80px, 1fr)", cell: (it) => it.expected },
      ...names.slice(0, 5).map((name, i) => ({ title: name, width: "minmax(64px, 1fr)", narrow: i < 2, cell: (it) => shown(answer(it, i)) })),
    ], (number, size) => get("/api/compare/examples", { runs: ids.join(","), task, page: number, size }, page.signal),
    (it) => link(["runs", compared[0].id, "examples", task, it.index]), page.signal));
}

function shown(it) {
  return it ? h("span", { class: it.correct ? "up" : "down" }, h("span", { "aria-hidden": "true" }, it.correct ? "✓ " : "✗ "),
    h("span", { class: "sr" }, it.correct ? "right: " : "wrong: "), it.prediction.replace(/\s+/g, " ")) : "–";
}
