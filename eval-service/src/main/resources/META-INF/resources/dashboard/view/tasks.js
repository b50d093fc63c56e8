import { get } from "../api.js";
import { h, put } from "../dom.js";
import { failure } from "../failure.js";
import { link } from "../route.js";
import { table } from "../table.js";

/** The tasks that there are, and what they miss. */
export async function showTasks(page) {
  const tasks = await get("/api/tasks", {}, page.signal);
  const name = page.query.get("task");
  const detail = h("div");
  if (name) {
    get(`/api/tasks/${encodeURIComponent(name)}`, {}, page.signal).then((it) => put(detail, definition(it)))
      .catch((e) => page.signal.aborted || put(detail, failure(e)));
  }
  const ready = tasks.filter((it) => it.missing === null).length;
  return h("section", {},
    h("div", { class: "head" }, h("div", {}, h("h1", {}, "Tasks"), h("p", {}, `${tasks.length} tasks, the data of ${ready} is here`))),
    detail,
    h("section", { class: "panel" }, table("Tasks", [
      { title: "Task", cell: (it) => h("a", { id: `task-${it.name}`, href: link(["tasks"], { task: it.name }) }, it.name), by: (it) => it.name },
      { title: "About", cell: (it) => it.description },
      { title: "Kind", wide: true, cell: (it) => it.kind, by: (it) => it.kind },
      { title: "Metrics", wide: true, cell: (it) => it.metrics.join(", ") },
      { title: "Data", cell: (it) => (it.missing === null ? h("span", { class: "state up-and-well" }, "Here")
        : h("span", { class: "state", title: it.missing }, "Missing")), by: (it) => (it.missing === null ? 0 : 1) },
    ], tasks)));
}

function definition({ task, definition: text, files }) {
  return h("section", { class: "panel" }, h("h2", {}, `${task.name}, version ${task.version}`),
    task.missing ? h("p", {}, task.missing) : h("p", { class: "sub" }, files.map((it) => `${it.path} (${it.sha256.slice(0, 16)}…)`).join(", ")),
    h("pre", { class: "text", tabindex: 0 }, text));
}
