import { h } from "../dom.js";
import { probability, short, signed } from "../format.js";
import { mix, neighbourProbability } from "../maths.js";

/**
 * How p of a token moves with k, T and λ, computed here from its neighbours.
 * @param {{distances: number[], isTarget: boolean[]}} votes of the neighbours that are known, nearest first
 * @param {number} model p_LM of the token
 * @param {{k: number, temperature: number, lambda: number}} start of the sliders
 */
export function sliders(votes, model, start, onChange = () => {}) {
  const most = votes.distances.length;
  const figures = { knn: h("dd", { id: "p-knn" }), p: h("dd", { id: "p-mixed" }), gain: h("dd", { id: "p-gain" }) };
  const k = logarithmic("k", "k", 1, most, Math.min(start.k, most), Math.round);
  const temperature = logarithmic("T", "T", 0.01, 10_000, start.temperature, (value) => Number(value.toPrecision(3)));
  const lambda = slider("lambda", "λ", 0, 1, 0.01, start.lambda, Number, Number);

  function update() {
    const knn = neighbourProbability(votes.distances, votes.isTarget, k.value(), temperature.value());
    const mixed = mix(knn, model, lambda.value());
    figures.knn.textContent = probability(knn);
    figures.p.textContent = probability(mixed);
    figures.gain.textContent = `${signed(Math.log(mixed) - Math.log(model), 3)} nats`;
    figures.gain.className = mixed < model ? "down" : "up";
    for (const [it] of [[k], [temperature], [lambda]]) it.show();
    onChange({ k: k.value(), temperature: temperature.value(), lambda: lambda.value() });
  }

  const box = h("div", {},
    h("div", { class: "sliders", oninput: update }, k.label, temperature.label, lambda.label),
    h("dl", { class: "figures", "aria-live": "polite" },
      h("div", {}, h("dt", {}, "p, base model"), h("dd", {}, probability(model))),
      h("div", {}, h("dt", {}, "p of the neighbours"), figures.knn), h("div", {}, h("dt", {}, "p, mixed"), figures.p),
      h("div", {}, h("dt", {}, "Gain"), figures.gain)));
  update();
  return box;
}

function slider(id, name, min, max, step, start, toValue, toPlace) {
  const output = h("output", { for: id });
  const input = h("input", { id, type: "range", min, max, step: "any", value: toPlace(start) });
  if (step !== "any") input.step = step;
  // The start stands as it is, though the slider's steps may not meet it
  let exact = start;
  input.addEventListener("input", () => (exact = null));
  const value = () => exact ?? toValue(Number(input.value));
  return {
    value, label: h("label", { for: id }, name, output, input),
    show: () => {
      output.textContent = short(value());
      input.setAttribute("aria-valuetext", output.textContent);
    },
  };
}

function logarithmic(id, name, min, max, start, round) {
  const low = Math.log(min);
  const high = Math.log(Math.max(max, min + 1e-9));
  return slider(id, name, low, high, (high - low) / 400 || 1, start, (place) => round(Math.exp(place)), (value) => Math.log(value));
}
