import { h } from "../dom.js";
import { probability, signed } from "../format.js";

/** A gain of so many nats has the full colour. */
const FULL = 3;

/**
 * The tokens of a window: those that are scored are coloured by what retrieval gained or lost. Arrow keys move from one
 * to the next; Enter opens.
 * @param {number} setting 0 for the base model: then the colour is that of a loss by its size
 * @param {(token) => void} open
 */
export function tokenText(tokens, setting, chosen, open) {
  const buttons = [];
  const parts = tokens.map((token) => {
    if (token.logProbs === null) return h("span", { class: "context" }, token.text);
    const gain = gainOf(token, setting);
    const button = h("button", {
      type: "button", class: `token ${gain < 0 ? "lost" : ""}`, style: { "--size": Math.min(1, Math.abs(gain) / FULL) },
      "aria-pressed": token.position === chosen, tabindex: -1, title: describe(token, setting), onclick: () => choose(buttons.indexOf(button)),
    }, token.text.replaceAll("\n", "↵"));
    button.position = token.position;
    buttons.push(button);
    // Lines are broken beside the button: within it they would make a box of it
    return [button, "\n".repeat(token.text.split("\n").length - 1)];
  });
  let active = Math.max(0, buttons.findIndex((it) => it.position === chosen));
  buttons[active]?.setAttribute("tabindex", 0);

  function choose(i) {
    buttons.forEach((it) => it.setAttribute("aria-pressed", it === buttons[i]));
    move(i);
    open(tokens.find((it) => it.position === buttons[i].position));
  }

  function move(i) {
    buttons[active].setAttribute("tabindex", -1);
    active = Math.max(0, Math.min(buttons.length - 1, i));
    buttons[active].setAttribute("tabindex", 0);
    buttons[active].focus();
  }

  const moves = { ArrowRight: 1, ArrowDown: 10, ArrowLeft: -1, ArrowUp: -10, Home: -Infinity, End: Infinity };
  return h("div", {
    class: "tokens", role: "group", "aria-label": "Tokens; arrow keys move, Enter opens", tabindex: buttons.length ? null : 0,
    onkeydown: (event) => {
      if (!(event.key in moves)) return;
      event.preventDefault();
      move(active + moves[event.key]);
    },
  }, parts);
}

/** What a setting gained over the base model, in nats. */
export const gainOf = (token, setting) => (setting === 0 ? 0 : (token.logProbs[setting] ?? 0) - (token.logProbs[0] ?? 0));

function describe(token, setting) {
  const base = `${JSON.stringify(token.text)} at ${token.position}: p ${probability(Math.exp(token.logProbs[0]))}`;
  return setting === 0 ? base : `${base}, with retrieval ${probability(Math.exp(token.logProbs[setting]))}, ${signed(gainOf(token, setting), 2)} nats`;
}
