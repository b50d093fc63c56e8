/** The service's REST interface. */

/** An answer that is no result; `problem` is its problem+json, where there is one. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `The service answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/** For an OpenID provider's users: kept in memory alone, lost with the page. */
let token = null;

export function useToken(text) {
  token = text.trim() || null;
}

/** An address of this service; never with the user and password that the page's own may hold. */
export function address(path, parameters = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

async function ask(url, options) {
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
  let response;
  try {
    response = await fetch(url, { ...options, headers });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new ApiError(0, { detail: "The service does not answer. Is it running?" });
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    const error = new ApiError(response.status, problem);
    error.challenge = response.headers.get("WWW-Authenticate");
    throw error;
  }
  return response;
}

/** JSON of a path. */
export async function get(path, parameters, signal) {
  return (await ask(address(path, parameters), { signal })).json();
}

/** Sends JSON, or nothing, and returns the JSON of the answer. */
export async function post(path, body) {
  const options = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return (await ask(address(path), { method: "POST", ...options })).json();
}

/**
 * Follows server-sent events until the signal says stop; goes on by itself when the connection breaks. Unlike
 * EventSource it can send a token, and tells why it was refused.
 * @param {boolean} endless whether an end of the events is such a break, and not their last
 */
export async function follow(path, signal, onEvent, endless = false) {
  for (let pause = 1000; !signal.aborted; pause = Math.min(2 * pause, 30_000)) {
    try {
      const response = await ask(address(path), { signal, headers: { Accept: "text/event-stream" } });
      await read(response.body.pipeThrough(new TextDecoderStream()).getReader(), (event) => {
        pause = 1000;
        onEvent(event);
      });
      if (!endless) return;
    } catch (e) {
      if (signal.aborted) return;
      if (e instanceof ApiError && e.status >= 400 && e.status < 500) throw e;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function read(reader, onEvent) {
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    const events = buffer.split(/\r?\n\r?\n/);
    buffer = events.pop();
    for (const event of events) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (data) onEvent(JSON.parse(data));
    }
  }
}
