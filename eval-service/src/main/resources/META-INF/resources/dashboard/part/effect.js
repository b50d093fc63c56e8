import { get } from "../api.js";
import { h, put } from "../dom.js";
import { count, number, probability, share, signed } from "../format.js";
import { link } from "../route.js";
import { table } from "../table.js";

const KEPT = 10;

/** Where a setting helped and hurt: how often, by how much, and the tokens where it did most. */
export async function effect(place, run, task, setting, signal) {
  try {
    const it = await get(`/api/runs/${run.id}/analysis/effect`, { setting, kept: KEPT, task }, signal);
    put(place, h("section", { class: "panel" }, h("h2", {}, `What ${it.label} did to each token`),
      h("dl", { class: "figures" }, [
        ["Tokens", count(it.positions)], ["Helped", `${share(it.helpedShare)} %`], ["by, nats", signed(it.gain, 3)],
        ["Hurt", `${share(it.hurtShare)} %`], ["by, nats", signed(it.loss, 3)], ["All, nats", signed(it.change, 3)],
      ].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
      h("div", { class: "side" }, list("Helped most", it.mostHelped), list("Hurt most", it.mostHurt))));
  } catch (e) {
    if (!signal.aborted) put(place, h("div", { class: "notice" }, h("p", {}, `What retrieval did to each token is not known: ${e.message}`)));
  }

  function list(title, tokens) {
    return table(title, [
      { title: "Token", cell: (it) => h("a", { href: link(["runs", run.id, "windows", it.window], { task, setting, token: it.position }) },
        h("code", {}, JSON.stringify(it.target.text))) },
      { title: "After", wide: true, cell: (it) => h("span", { class: "neighbour" }, "…", it.context.slice(-60)) },
      { title: "p, base", number: true, cell: (it) => probability(exp(it.logProbs[0])) },
      { title: "p, mixed", number: true, cell: (it) => probability(exp(it.logProbs[1])) },
      { title: "Nats", number: true, cell: (it) => h("span", { class: it.nats < 0 ? "down" : "up" }, number(it.nats, 2)), by: (it) => it.nats },
    ], tokens);
  }
}

const exp = (value) => (value === null ? null : Math.exp(value));
