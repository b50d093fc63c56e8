import { get } from "../api.js";

const PAGE = 1000;
const MOST = 20_000;

/** Names of what in a run has windows: null for its text, else its perplexity tasks. */
export const texts = (run) => (run.protocol ? [null] : run.tasks.filter((task) => task.kind === "perplexity").map((task) => task.name));

/**
 * The windows of a text, the first 20,000.
 * @returns {Promise<{window: number, targets: number, losses: number[]}[]>} losses: the base model's, then each setting's
 */
export async function windowsOf(run, task, signal) {
  const found = [];
  for (let page = 0; found.length < MOST; page++) {
    const { items, total } = task === null
      ? await get(`/api/runs/${run.id}/windows`, { page, size: PAGE }, signal)
      : await get(`/api/runs/${run.id}/examples`, { task, state: "DONE", page, size: PAGE }, signal);
    found.push(...(task === null ? items : items.map(ofExample)));
    if (items.length === 0 || found.length >= total) break;
  }
  return found;
}

function ofExample(example) {
  return { window: example.index, targets: example.outcomes[0].metrics.targets, losses: example.outcomes.map((it) => it.score) };
}
