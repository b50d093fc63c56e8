import { get } from "../api.js";
import { h } from "../dom.js";
import { duration, labels, number, signed } from "../format.js";
import { runFrame } from "../part/run-frame.js";
import { select } from "../part/select.js";
import { link } from "../route.js";
import { table } from "../table.js";

/** One example: what was asked, what each model answered, and on what that was decided. */
export async function showExample(page) {
  const [, task, index] = page.values;
  const { run, frame } = await runFrame(page, "examples");
  const [example, last] = await Promise.all([
    get(`/api/runs/${run.id}/tasks/${encodeURIComponent(task)}/examples/${index}`, {}, page.signal),
    run.tasks.find((it) => it.name === task)?.examples ?? 0,
  ]);
  const names = labels(run);
  const setting = page.query.get("setting") ?? "";
  return frame(
    h("div", { class: "head" },
      h("h2", {}, `${task} ${index}`, example.group ? `, ${example.group}` : ""),
      h("nav", { class: "actions", "aria-label": "Examples" },
        Number(index) > 0 ? h("a", { class: "button", rel: "prev", href: link(["runs", run.id, "examples", task, index - 1], { setting }) }, "Previous") : null,
        Number(index) < last - 1 ? h("a", { class: "button", rel: "next", href: link(["runs", run.id, "examples", task, Number(index) + 1], { setting }) }, "Next") : null,
        h("a", { class: "button", href: link(["runs", run.id, "examples"], { task, setting }) }, "All"))),
    example.state === "DONE" ? body(run, example, names, page)
      : h("div", { class: `notice ${example.error ? "bad" : ""}` }, h("p", {}, example.error ?? "This example has not been evaluated yet.")));
}

function body(run, example, names, page) {
  const text = run.tasks.find((it) => it.name === example.task)?.kind === "perplexity";
  return [
    h("div", { class: "side" },
      h("section", { class: "panel" }, h("h2", {}, "Prompt"), h("pre", { class: "text", tabindex: 0 }, example.prompt),
        h("dl", { class: "facts" }, h("dt", {}, "Right answer"), h("dd", {}, example.expected || "–"), h("dt", {}, "Took"), h("dd", {}, duration(example.seconds)))),
      h("section", { class: "panel" }, h("h2", {}, "Answers"), table("What each model answered", [
        { title: "Model", cell: (it) => it.name },
        { title: "Answer", cell: (it) => [h("span", { class: it.correct ? "up" : "down" }, it.correct ? "✓ right" : "✗ wrong"), it.prediction ? h("pre", { class: "neighbour" }, it.prediction) : null] },
        ...Object.keys(example.outcomes[0].metrics).map((metric) => ({ title: metric, number: true, cell: (it) => number(it.metrics[metric], 3) })),
      ], example.outcomes.map((it, i) => ({ ...it, name: names[i] }))))),
    text ? h("p", {}, h("a", { href: link(["runs", run.id, "windows", example.index], { task: example.task, setting: 1 }) }, "Its tokens and their neighbours")) : null,
    scores(example, names, page),
  ];
}

function scores(example, names, page) {
  const rules = Object.keys(example.outcomes[0].scores);
  if (rules.length === 0) return null;
  const rule = rules.includes(page.query.get("rule")) ? page.query.get("rule") : rules[0];
  const options = example.outcomes[0].scores[rule].map((_, i) => ({
    i, text: example.options?.[i] ?? `option ${i}`, values: example.outcomes.map((it) => it.scores[rule][i]),
  }));
  const chosen = example.outcomes.map((it) => it.predictions[rule]);
  const least = options.every((it) => it.values[0] >= options[chosen[0]]?.values[0]);
  return h("section", { class: "panel" }, h("h2", {}, "Score of every option"),
    rules.length > 1 ? h("div", { class: "filters" }, select("rule", "Rule", rules.map((it) => [it, it]), rule)) : null,
    table(`The chosen option has a mark: the one of the ${least ? "least" : "greatest"} score`, [
      { title: "Option", cell: (it) => [h("span", { class: it.text === example.expected ? "sure" : null }, it.text), it.text === example.expected ? h("span", { class: "sub" }, "right answer") : null], by: (it) => it.text },
      ...names.map((name, i) => ({
        title: name, number: true, by: (it) => it.values[i],
        cell: (it) => [h("span", { class: chosen[i] === it.i ? "sure" : null }, chosen[i] === it.i ? "▸ " : "", number(it.values[i], 4)),
          i > 0 ? h("span", { class: `sub ${it.values[i] === it.values[0] ? "" : (it.values[i] > it.values[0]) === least ? "down" : "up"}` }, signed(it.values[i] - it.values[0], 4)) : null],
      })),
    ], options));
}
