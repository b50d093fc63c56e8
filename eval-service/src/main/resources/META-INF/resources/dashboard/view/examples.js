import { get } from "../api.js";
import { h } from "../dom.js";
import { number, labels, signed } from "../format.js";
import { runFrame } from "../part/run-frame.js";
import { select } from "../part/select.js";
import { change, link } from "../route.js";
import { longList } from "../rows.js";

const FILTERS = ["task", "group", "state", "setting", "correct", "changed", "sort", "order"];

/** The examples of a run, filtered and in any order; the service does both. */
export async function showExamples(page) {
  const { run, frame } = await runFrame(page, "examples");
  if (run.protocol) {
    return frame(h("div", { class: "notice" }, h("p", {}, "A run of a text has windows instead: see ", h("a", { href: link(["runs", run.id, "perplexity"]) }, "Perplexity"), ".")));
  }
  const query = Object.fromEntries(FILTERS.map((name) => [name, page.query.get(name)]).filter(([, value]) => value));
  const names = labels(run);
  const setting = Number(query.setting ?? Math.min(1, run.settings.length));
  const asked = { ...query, setting };
  return frame(
    h("div", { class: "filters" },
      select("task", "Task", [["", "all"], ...run.tasks.map((task) => [task.name, task.name])], query.task),
      select("setting", "Model", names.map((name, i) => [i, name]), setting),
      select("correct", "Answer", [["", "right or wrong"], ["true", "right"], ["false", "wrong"]], query.correct),
      setting > 0 ? select("changed", "Against base", [["", "any"], ["true", "flipped"], ["false", "same"]], query.changed) : null,
      select("state", "State", [["", "any"], ["DONE", "evaluated"], ["FAILED", "failed"], ["PENDING", "pending"]], query.state),
      select("sort", "Order by", [["", "place"], ["score", "score"], ["gain", "gain over base"], ["seconds", "time"]], query.sort),
      select("order", "Direction", [["", "ascending"], ["desc", "descending"]], query.order),
      h("button", { type: "button", id: "clear", onclick: () => change(Object.fromEntries(FILTERS.map((name) => [name, ""]))) }, "Clear")),
    longList("Examples", columns(run, setting),
      (number, size) => get(`/api/runs/${run.id}/examples`, { ...asked, page: number, size }, page.signal),
      (it) => link(["runs", run.id, "examples", it.task, it.index], { setting }), page.signal));
}

function columns(run, setting) {
  return [
    { title: "Example", width: "minmax(88px, 130px)", narrow: true, cell: (it) => `${it.task} ${it.index}` },
    { title: "Prompt, its end", width: "minmax(96px, 3fr)", narrow: true, cell: (it) => it.error ?? it.prompt.replace(/\s+/g, " ").slice(-140) },
    { title: "Right answer", width: "minmax(90px, 1fr)", cell: (it) => it.expected },
    ...(setting > 0 ? [{ title: "Base", width: "minmax(100px, 1fr)", cell: (it) => answer(it.outcomes[0]) }] : []),
    { title: setting > 0 ? "With retrieval" : "Base", width: "minmax(84px, 1fr)", narrow: true, cell: (it) => answer(it.outcomes[setting]) },
    { title: "Score", width: "64px", cell: (it) => (it.outcomes.length ? number(it.outcomes[setting].score, 3) : it.state.toLowerCase()) },
    ...(setting > 0 ? [{ title: "Gain", width: "64px", cell: (it) => (it.outcomes.length ? signed(it.outcomes[setting].score - it.outcomes[0].score, 3) : "") }] : []),
  ];
}

/** Right or wrong is a mark and a word, not a colour alone. */
function answer(outcome) {
  if (!outcome) return "";
  return h("span", { class: outcome.correct ? "up" : "down" }, h("span", { "aria-hidden": "true" }, outcome.correct ? "✓ " : "✗ "),
    h("span", { class: "sr" }, outcome.correct ? "right: " : "wrong: "), outcome.prediction.replace(/\s+/g, " "));
}
