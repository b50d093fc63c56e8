import { get } from "../api.js";
import { h, put } from "../dom.js";
import { count, labels, number, probability } from "../format.js";
import { table } from "../table.js";
import { failure } from "../failure.js";
import { gainOf } from "./token-text.js";
import { sliders } from "./sliders.js";
import { change } from "../route.js";

const SHOWN = 32;

/** What is known of a token: its probabilities, and the neighbours that made them. */
export async function tokenPanel(place, run, { task, window, token, setting, query, signal }) {
  const names = labels(run);
  const head = [
    h("h2", {}, "Token ", h("code", {}, JSON.stringify(token.text)), ` at ${token.position}`),
    table("Its probability, base and with retrieval", [
      { title: "Model", cell: (it) => names[it.i] },
      { title: "p", number: true, cell: (it) => probability(it.logProb === null ? null : Math.exp(it.logProb)) },
      { title: "nats", number: true, cell: (it) => number(it.logProb, 3) },
      { title: "Gain", number: true, cell: (it) => (it.i === 0 ? "" : h("span", { class: it.gain < 0 ? "down" : "up" }, number(it.gain, 3))) },
    ], [0, ...(setting ? [setting] : [])].map((i) => ({ i, logProb: token.logProbs[i], gain: gainOf(token, i) }))),
  ];
  if (setting === 0) {
    put(place, head, h("p", { class: "soft" }, "Choose a setting with retrieval to see its neighbours."));
    return;
  }
  put(place, head, h("p", { class: "soft", role: "status" }, "Searching for its neighbours…"));
  try {
    const found = await get(`/api/runs/${run.id}/windows/${window}/tokens/${token.position}/neighbours`, { task, setting, count: SHOWN }, signal);
    if (signal.aborted) return;
    put(place, head, moving(found, token, run.settings[setting - 1], query), list(found));
  } catch (e) {
    if (!signal.aborted) put(place, head, failure(e));
  }
}

/** The sliders need all neighbours; where the service sends only the nearest, k ends there. */
function moving(found, token, setting, query) {
  const votes = found.distances ? { distances: found.distances, isTarget: found.isTarget }
    : { distances: found.neighbours.map((it) => it.distance), isTarget: found.neighbours.map((it) => it.isTarget) };
  const start = {
    k: Number(query.get("k")) || setting.k, temperature: Number(query.get("T")) || setting.temperature,
    lambda: query.has("lambda") ? Number(query.get("lambda")) : setting.lambda,
  };
  const all = votes.distances.length >= setting.k;
  return h("div", {}, h("h3", {}, "What if"),
    all ? null : h("p", { class: "sub" }, `Of ${count(setting.k)} neighbours the service sent the nearest ${count(votes.distances.length)}: k ends there.`),
    setting.exactDistances ? h("p", { class: "sub" }, "Of fewer neighbours, those nearest by exact distance are taken here; the service takes the first of the index's order.") : null,
    sliders(votes, Math.exp(token.logProbs[0]), start, ({ k, temperature, lambda }) =>
      change({ k: k === setting.k ? "" : k, T: temperature === setting.temperature ? "" : temperature, lambda: lambda === setting.lambda ? "" : lambda }, true)));
}

function list(found) {
  return h("div", {}, h("h3", {}, `Nearest neighbours in ${found.datastore}`),
    h("p", { class: "soft" }, `p of the token over all neighbours: ${probability(found.probability)}`),
    table("Neighbours, nearest first; the token that followed each is marked", [
      { title: "#", number: true, cell: (it) => it.rank, by: (it) => it.rank },
      { title: "Context", cell: (it) => h("span", { class: `neighbour ${it.isTarget ? "target" : ""}` }, it.before, h("mark", {}, it.token.text), it.after,
        it.isTarget ? h("span", { class: "sr" }, " votes for the token") : null,
        it.document === null ? null : h("span", { class: "sub" }, `document ${count(it.document)}, line ${count(it.line)}`)) },
      { title: "Distance", number: true, cell: (it) => number(it.distance, 2), by: (it) => it.distance },
      { title: "Vote", number: true, cell: (it) => probability(it.weight), by: (it) => it.weight },
    ], found.neighbours));
}
