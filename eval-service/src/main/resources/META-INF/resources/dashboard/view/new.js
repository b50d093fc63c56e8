import { get, post } from "../api.js";
import { h, put } from "../dom.js";
import { failure } from "../failure.js";
import { link } from "../route.js";

/** Starts a run: tasks or a text, and a grid of settings. */
export async function showNew(page) {
  const [tasks, datastores] = await Promise.all([get("/api/tasks", {}, page.signal), get("/api/datastores", {}, page.signal)]);
  const problems = h("div");
  const field = (name, title, attributes = {}) => h("label", { class: "field" }, title, h("input", { id: name, name, ...attributes }));
  const size = h("p", { class: "soft", role: "status" });
  const form = h("form", { novalidate: true },
    h("fieldset", {}, h("legend", {}, "What is measured"),
      h("div", { class: "form" },
        field("name", "Name, for people", { maxlength: 200 }),
        h("label", { class: "field" }, "Subject", h("select", { id: "subject", name: "subject" },
          h("option", { value: "tasks" }, "Tasks"), h("option", { value: "wikitext" }, "Perplexity of a text, WikiText's windows"),
          h("option", { value: "blocks" }, "Perplexity of a text, blocks"))),
        field("text", "Text: a file on the service's machine"), field("limit", "Most examples of each task", { inputmode: "numeric", placeholder: "all" })),
      taskChoice(tasks)),
    h("fieldset", {}, h("legend", {}, "Retrieval settings"),
      h("p", { class: "soft" }, "Every combination is a setting beside the base model; all are evaluated in one pass. Numbers with commas between them; leave the datastore empty for the base model alone."),
      h("div", { class: "form" },
        field("datastore", "Datastore", { list: "datastores" }), h("datalist", { id: "datastores" }, datastores.map((it) => h("option", { value: it.name }))),
        field("k", "k, neighbours", { value: "1024" }), field("temperature", "T, temperature", { value: "10" }),
        field("lambda", "λ, weight of the neighbours", { value: "0.25" }), field("nprobe", "nprobe, lists searched", { placeholder: "the index's own" }),
        h("label", { class: "check" }, h("input", { type: "checkbox", id: "exactDistances", name: "exactDistances" }), "Exact distances")),
      size),
    problems,
    h("p", {}, h("button", { type: "submit", class: "primary" }, "Start")));
  const update = () => {
    const ofTasks = form.elements.subject.value === "tasks";
    form.querySelector("#tasks").hidden = !ofTasks;
    form.querySelector("#text").parentElement.hidden = ofTasks;
    form.querySelector("#limit").parentElement.hidden = !ofTasks;
    const number = settings(form).length;
    put(size, number === 0 ? "The base model alone." : `The base model and ${number} ${number === 1 ? "setting" : "settings"}.`);
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      put(problems);
      location.hash = link(["runs", (await post("/api/runs", request(form))).id]);
    } catch (e) {
      put(problems, failure(e));
    }
  });
  update();
  return h("section", {}, h("div", { class: "head" }, h("h1", {}, "New run")), form);
}

function taskChoice(tasks) {
  const ready = tasks.filter((task) => task.missing === null);
  const away = tasks.length - ready.length;
  return h("div", { class: "choices", id: "tasks", role: "group", "aria-label": "Tasks" },
    ready.map((task) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "task", value: task.name }),
      h("span", {}, task.name, h("span", { class: "sub" }, task.description)))),
    away ? h("p", { class: "soft" }, `${away} more have no data here: `, h("a", { href: "#/tasks" }, "how to get it"), ".") : null);
}

function request(form) {
  const fields = form.elements;
  const name = fields.name.value.trim();
  const run = { ...(name && { name }), settings: settings(form) };
  if (fields.subject.value !== "tasks") return { ...run, protocol: fields.subject.value, text: fields.text.value.trim() };
  const limit = fields.limit.value.trim();
  return {
    ...run, tasks: [...form.querySelectorAll("[name=task]:checked")].map((box) => box.value), ...(limit && { limit: numberOr(limit) }),
  };
}

/** Every combination of the numbers. */
function settings(form) {
  const fields = form.elements;
  const datastore = fields.datastore.value.trim();
  if (!datastore) return [];
  const more = { ...(fields.nprobe.value.trim() && { nprobe: numberOr(fields.nprobe.value.trim()) }), ...(fields.exactDistances.checked && { exactDistances: true }) };
  return list(fields.k).flatMap((k) => list(fields.temperature).flatMap((temperature) =>
    list(fields.lambda).map((lambda) => ({ datastore, k, temperature, lambda, ...more }))));
}

const list = (field) => field.value.split(",").map((text) => text.trim()).filter(Boolean).map(numberOr);

/** What is no number is sent as it is: the service says what is wrong with it. */
const numberOr = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
