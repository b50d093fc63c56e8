/**
 * How neighbours change a probability (Khandelwal et al. 2020, equations 2 and 3), computed here so that it moves with
 * the sliders. The service's own numbers are made the same way in TargetProbabilities of index-service.
 */

/**
 * The neighbours' weights: softmax(-d / T) over the first k.
 * @param {number[]} distances squared L2 distances, nearest first
 * @returns {number[]} k weights that sum to 1
 */
export function weights(distances, k, temperature) {
  const nearest = distances.slice(0, k);
  const least = nearest.reduce((a, b) => Math.min(a, b), Infinity);
  const terms = nearest.map((distance) => Math.exp((least - distance) / temperature));
  const sum = terms.reduce((a, b) => a + b, 0);
  return terms.map((term) => term / sum);
}

/** p_kNN of the target: the weights of the neighbours whose value it is. */
export function neighbourProbability(distances, isTarget, k, temperature) {
  return weights(distances, k, temperature).reduce((sum, weight, i) => (isTarget[i] ? sum + weight : sum), 0);
}

/** p = λ p_kNN + (1 − λ) p_LM */
export const mix = (neighbours, model, lambda) => lambda * neighbours + (1 - lambda) * model;
