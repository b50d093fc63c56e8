/** Numbers and times for people. */

const MINUS = "−";
const DASH = "–";

function fixed(value, digits) {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", MINUS);
}

/** A number with so many decimals; a dash for none. */
export const number = (value, digits = 3) => (value === null || value === undefined ? DASH : fixed(value, digits));

/** A whole number. */
export const count = (value) => number(value, 0);

/** A number with its sign. */
export function signed(value, digits = 3) {
  if (value === null || value === undefined) return DASH;
  const text = fixed(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A share of 1 as percent, without the sign. */
export const share = (value, digits = 1) => number(value === null || value === undefined ? value : 100 * value, digits);

/** About so many digits that count: 0.0001234, 12.3, 1,234. */
export function short(value) {
  if (value === null || value === undefined) return DASH;
  return value.toLocaleString("en", { maximumSignificantDigits: 4 }).replace("-", MINUS);
}

/** A probability, or any number of no fixed size. */
export function probability(value) {
  if (value === null || value === undefined) return DASH;
  if (value === 0 || value >= 0.001) return fixed(value, 4);
  return value.toExponential(1).replace("e-", "e" + MINUS);
}

/** Seconds as 4.2 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return DASH;
  if (seconds < 60) return `${fixed(seconds, seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Bytes in units of 1,024. */
export function bytes(value) {
  if (value === null || value === undefined) return DASH;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${fixed(value, unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** A moment, in the reader's time zone. */
export function time(instant) {
  if (!instant) return DASH;
  const date = new Date(instant);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString("en-GB", today
    ? { hour: "2-digit", minute: "2-digit", second: "2-digit" }
    : { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** How long something took. */
export const between = (from, to) => (from && to ? duration((new Date(to) - new Date(from)) / 1000) : DASH);

/** The last part of a path. */
export const file = (path) => path.slice(path.lastIndexOf("/") + 1);

/** A retrieval setting in a few words, as the service has it in its tables. */
export function setting(it) {
  const parts = [it.datastore, `k=${it.k}`, `λ=${it.lambda}`, `T=${it.temperature}`];
  if (it.nprobe) parts.push(`nprobe=${it.nprobe}`);
  if (it.exactDistances) parts.push("exact");
  if (it.oracle) parts.push(it.oracle.rank ? `oracle rank=${it.oracle.rank}` : `oracle distance=${it.oracle.distance}`);
  return parts.join(" ");
}

/** All models of a run in words, the base model first. */
export const labels = (run) => ["base", ...run.settings.map(setting)];

/** What a run is about, for people. */
export function subject(run) {
  return run.text ? `${file(run.text)} (${run.protocol})` : run.tasks.map((task) => task.name).join(", ");
}

/** A run's name, or what it is about. */
export const title = (run) => run.name || subject(run);
