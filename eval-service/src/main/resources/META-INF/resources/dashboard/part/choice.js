import { get } from "../api.js";
import { h, put } from "../dom.js";
import { table } from "../table.js";
import { difference, mark, rowName, value, way } from "./comparison.js";

/** The setting that is best on one half of the examples, and what it reaches on the other. */
export async function choice(place, run, signal) {
  try {
    const { rows } = await get(`/api/runs/${run.id}/analysis/choice`, {}, signal);
    const metric = (row) => ({ task: row.task, name: row.metric, headline: true, measure: /perplexity|loss/.test(row.metric) ? "PERPLEXITY" : "MEAN" });
    put(place, h("section", { class: "panel" }, h("h2", {}, "Chosen on one half, reported on the other"),
      table("The best setting of one half of the examples, and what it reaches on the other half", [
        { title: "Task", cell: (row) => rowName(metric(row)) },
        { title: "Chosen", cell: (row) => row.label },
        { title: "There", number: true, cell: (row) => value(metric(row), row.chosenAt) },
        { title: "Base, other half", number: true, cell: (row) => value(metric(row), row.base?.value) },
        { title: "Chosen, other half", number: true, cell: (row) => value(metric(row), row.reported?.value) },
        { title: "Difference", number: true, cell: (row) => changeOf(metric(row), row.reported?.difference) },
        { title: "Attainable", number: true, wide: true, cell: (row) => value(metric(row), row.attainable) },
      ], rows)));
  } catch (e) {
    if (!signal.aborted) put(place, h("div", { class: "notice" }, h("p", {}, `No setting was chosen on one half and reported on the other: ${e.message}`)));
  }
}

const changeOf = (metric, it) => (it ? h("span", { class: way(metric, it) }, difference(metric, it), mark(it)) : "–");
