/** Addresses within the page: #/path?name=value. */

/** @returns {{path: string[], query: URLSearchParams}} of the present address */
export function current() {
  const [path, query] = location.hash.replace(/^#/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query ?? "") };
}

/**
 * An address.
 * @param {(string|number)[]} path its parts
 * @param {object} query parameters; empty ones are left out
 */
export function link(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "" && value !== false) parameters.set(name, value);
  }
  const text = parameters.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text && `?${text}`}`;
}

/** Changes parameters of the present address; with `quietly` nothing is drawn anew and no step of history is made. */
export function change(query, quietly = false) {
  const { path, query: before } = current();
  const to = link(path, { ...Object.fromEntries(before), ...query });
  if (quietly) history.replaceState(null, "", to);
  else location.hash = to;
}
