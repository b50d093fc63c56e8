import { get } from "../api.js";
import { h } from "../dom.js";
import { labels } from "../format.js";
import { tokenPanel } from "../part/neighbours.js";
import { runFrame } from "../part/run-frame.js";
import { select } from "../part/select.js";
import { tokenText } from "../part/token-text.js";
import { change, current, link } from "../route.js";

/** The tokens of a window, what retrieval did to each, and for one of them why. */
export async function showWindow(page) {
  const window = Number(page.values[1]);
  const { run, frame } = await runFrame(page, "perplexity");
  const task = page.query.get("task");
  const setting = Math.min(Number(page.query.get("setting") ?? 1), run.settings.length);
  const text = await get(`/api/runs/${run.id}/windows/${window}/tokens`, { task }, page.signal);
  const last = (task ? run.tasks.find((it) => it.name === task)?.examples : run.windowsTotal) - 1;
  const panel = h("section", { class: "panel beside", "aria-label": "The chosen token" }, h("p", { class: "soft" }, "Choose a token to see its neighbours."));
  let leaving = new AbortController();
  page.signal.addEventListener("abort", () => leaving.abort());
  const open = (token) => {
    leaving.abort();
    leaving = new AbortController();
    change({ token: token.position }, true);
    tokenPanel(panel, run, { task, window, token, setting, query: current().query, signal: leaving.signal });
  };
  const chosen = page.query.has("token") ? Number(page.query.get("token")) : null;
  const token = text.tokens.find((it) => it.position === chosen && it.logProbs !== null);
  if (token) open(token);
  const to = (number) => link(["runs", run.id, "windows", number], { task, setting });
  return frame(
    h("div", { class: "head" }, h("h2", {}, `Window ${window}`, task ? ` of ${task}` : ""),
      h("nav", { class: "actions", "aria-label": "Windows" },
        window > 0 ? h("a", { class: "button", rel: "prev", href: to(window - 1) }, "Previous") : null,
        window < last ? h("a", { class: "button", rel: "next", href: to(window + 1) }, "Next") : null,
        h("a", { class: "button", href: link(["runs", run.id, "perplexity"], { task, setting }) }, "All"))),
    h("div", { class: "filters" }, select("setting", "Setting", labels(run).map((name, i) => [i, name]), setting)),
    h("div", { class: "side third" },
      h("section", { class: "panel" }, h("ul", { class: "legend" },
        h("li", {}, h("span", { class: "swatch gain" }), "retrieval gains"), h("li", {}, h("span", { class: "swatch loss" }), "retrieval loses (dotted line)"),
        h("li", { class: "soft" }, "grey: context, not scored; full colour: 3 nats")),
      tokenText(text.tokens, setting, chosen, open)),
      panel));
}
