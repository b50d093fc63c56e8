import { h } from "../dom.js";
import { between, count, setting, time } from "../format.js";
import { link } from "../route.js";
import { runFrame } from "../part/run-frame.js";
import { table } from "../table.js";

/** All that the numbers of a run depend on. */
export async function showRecord(page) {
  const { run, frame } = await runFrame(page, "record");
  return frame(
    h("div", { class: "side" },
      panel("Run", [
        ["Created", time(run.createdAt)], ["Started", time(run.startedAt)], ["Finished", time(run.finishedAt)],
        ["Took", between(run.startedAt, run.finishedAt)],
        run.repeats && ["Repeats", h("a", { href: link(["runs", run.repeats]) }, `run ${run.repeats}`)],
        run.limit && ["Limit", `${count(run.limit)} examples of each task`],
        ["eval-service", [run.serviceVersion, run.gitRevision && `, ${run.gitRevision}`]],
      ]),
      panel("Model", [
        ["Name", run.model.id], ["Architecture", run.model.type], ["Computes in", `${run.model.datatype} on ${run.model.device}`],
        ["Longest sequence", `${count(run.model.maxSequenceLength)} tokens`], ["Weights", code(run.model.sha256)],
        ["Tokenizer", code(run.model.tokenizerSha256)], ["lm-service", run.model.serviceVersion],
      ])),
    run.protocol ? panel("Text", [
      ["File", run.text], ["SHA-256", code(run.textSha256)], ["Protocol", run.protocol],
      ...(run.plan ? [
        ["Windows", `${count(run.plan.windows)} of ${count(run.plan.blockSize)} tokens, ${count(run.plan.stride)} apart`],
        ["Tokens", `${count(run.plan.counts.tokens)}, ${count(run.plan.counts.scoredTokens)} scored`], ["Words", count(run.plan.counts.words)],
      ] : []),
    ]) : h("section", { class: "panel" }, h("h2", {}, "Tasks"), table("Tasks of the run and their data", [
      { title: "Task", cell: (task) => task.name, by: (task) => task.name },
      { title: "Kind", cell: (task) => task.kind },
      { title: "Metrics", cell: (task) => task.metrics.join(", ") },
      { title: "Examples", number: true, cell: (task) => count(task.examples), by: (task) => task.examples },
      { title: "Failed", number: true, cell: (task) => count(task.failed), by: (task) => task.failed },
      { title: "Data", wide: true, cell: (task) => task.files.map((it) => h("div", {}, it.path, " ", h("span", { class: "sub" }, it.sha256))) },
    ], run.tasks)),
    run.settings.length ? h("section", { class: "panel" }, h("h2", {}, "Settings"), table("Retrieval settings and what their datastores were when the run was asked for", [
      { title: "Setting", cell: setting, by: setting },
      { title: "Keys", number: true, cell: (it) => count(it.manifest?.keys), by: (it) => it.manifest?.keys },
      { title: "Index", cell: (it) => it.manifest?.index ?? "not known" },
      { title: "nprobe", number: true, cell: (it) => count(it.nprobe ?? it.manifest?.nprobe) },
      { title: "Model of the keys", wide: true, cell: (it) => (it.manifest?.modelSha256 ? code(it.manifest.modelSha256) : "–") },
    ], run.settings)) : null);
}

function panel(title, facts) {
  return h("section", { class: "panel" }, h("h2", {}, title), h("dl", { class: "facts" },
    facts.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

const code = (text) => h("code", { title: text }, text.slice(0, 16), text.length > 16 ? "…" : "");
