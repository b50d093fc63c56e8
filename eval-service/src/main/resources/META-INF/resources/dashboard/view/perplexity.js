import { get } from "../api.js";
import { dumbbell } from "../chart/dumbbell.js";
import { lines } from "../chart/lines.js";
import { h, put } from "../dom.js";
import { count, file, labels, number, signed } from "../format.js";
import { effect } from "../part/effect.js";
import { runFrame } from "../part/run-frame.js";
import { select } from "../part/select.js";
import { texts, windowsOf } from "../part/windows.js";
import { link } from "../route.js";
import { longList } from "../rows.js";
import { table } from "../table.js";

/** Loss by window, and perplexity by class of token. */
export async function showPerplexity(page) {
  const { run, frame } = await runFrame(page, "perplexity");
  const all = texts(run);
  if (all.length === 0) return frame(h("div", { class: "notice" }, h("p", {}, "This run measures tasks that are no texts: they have no perplexity.")));
  const task = all.includes(page.query.get("task")) ? page.query.get("task") : all[0];
  const names = labels(run);
  const chosen = Math.min(Number(page.query.get("setting") ?? 1) || 1, run.settings.length);
  const shown = chosen === 0 ? [0] : [0, chosen];
  const windows = await windowsOf(run, task, page.signal);
  const open = (i) => (location.hash = link(["runs", run.id, "windows", windows[i].window], { task, setting: chosen }));
  const classes = h("div", {}, h("p", { class: "soft" }, "Loading the classes of tokens…"));
  fillClasses(classes, run, task, shown, names, page);
  const effects = h("div");
  if (chosen > 0 && run.state === "DONE") effect(effects, run, task, chosen, page.signal);
  return frame(
    h("div", { class: "filters" },
      all.length > 1 ? select("task", "Text", all.map((it) => [it, it]), task) : null,
      run.settings.length > 1 ? select("setting", "Setting", names.slice(1).map((name, i) => [i + 1, name]), chosen) : null),
    h("section", { class: "panel" }, h("h2", {}, `Loss by window of ${file(task ?? run.text)}`),
      windows.length === 0 ? h("p", { class: "soft" }, "No window is scored yet.") : [
        legend(shown, names),
        lines("Loss of each window by model", shown.map((setting, place) => ({ name: names[setting], place, values: windows.map((it) => it.losses[setting]) })),
          "nats a token", "window; a click opens it", open),
        list(windows, names, chosen, (it) => link(["runs", run.id, "windows", it.window], { task, setting: chosen }), page),
      ]),
    effects, classes);
}

function legend(shown, names) {
  return h("ul", { class: "legend" }, shown.map((setting, place) => h("li", { class: `s${place}` }, h("span", { class: "key" }), names[setting])));
}

function list(windows, names, setting, href, page) {
  const columns = [
    { title: "Window", width: "80px", narrow: true, cell: (it) => `Window ${it.window}` },
    { title: "Targets", width: "minmax(70px, 1fr)", cell: (it) => count(it.targets) },
    { title: "Loss, base", width: "minmax(80px, 1fr)", narrow: true, cell: (it) => number(it.losses[0], 4) },
    ...(setting ? [
      { title: "With retrieval", width: "minmax(80px, 1fr)", narrow: true, cell: (it) => number(it.losses[setting], 4) },
      { title: "Change", width: "minmax(70px, 1fr)", cell: (it) => signed(it.losses[setting] - it.losses[0], 4) },
    ] : []),
  ];
  return h("details", {}, h("summary", {}, "Windows as numbers"),
    longList("Windows", columns, async (number, size) => ({ items: windows.slice(number * size, (number + 1) * size), total: windows.length }), href, page.signal));
}

async function fillClasses(place, run, task, shown, names, page) {
  try {
    const { divisions } = await get(`/api/runs/${run.id}/analysis/classes`, { task }, page.signal);
    put(place, divisions.map((it) => division(it, shown, names)));
  } catch (e) {
    if (page.signal.aborted) return;
    put(place, h("div", { class: "notice" }, h("p", {}, e.status === 409 || e.status === 404
      ? `No classes of tokens: ${e.message}` : e.message)));
  }
}

const TITLES = { word: "By kind of word", datastore: "By whether the datastore has the token after the same words", frequency: "By how often the datastore has the token" };

function division({ division: kind, datastore, classes }, shown, names) {
  const title = (TITLES[kind] ?? kind) + (datastore ? `, ${datastore}` : "");
  return h("section", { class: "panel" }, h("h2", {}, `Perplexity ${title.charAt(0).toLowerCase()}${title.slice(1)}`), h("div", { class: "side" },
    h("div", {}, legend(shown, names),
      dumbbell(`Perplexity of each class. ${title}`, classes.map((it) => ({
        label: it.name, values: shown.map((i) => it.perplexities[i]).filter((value) => value != null),
        note: shown.map((i) => number(it.perplexities[i], 2)).join(", "),
      })), "perplexity")),
    table(`Perplexities. ${title}`, [
      { title: "Class", cell: (it) => it.name },
      { title: "Tokens", number: true, cell: (it) => count(it.targets), by: (it) => it.targets },
      ...shown.map((i) => ({
        title: names[i], number: true, by: (it) => it.perplexities[i],
        cell: (it) => [number(it.perplexities[i], 2), i && it.differencePercent[i] !== undefined ? h("span", { class: `sub ${it.differencePercent[i] < 0 ? "up" : "down"}` }, `${signed(it.differencePercent[i], 1)} %`) : null],
      })),
    ], classes)));
}
