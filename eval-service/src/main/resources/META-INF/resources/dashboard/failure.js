import { ApiError, useToken } from "./api.js";
import { h } from "./dom.js";

/** What went wrong, in words, with what to do about it. */
export function failure(error, retry) {
  if (!(error instanceof ApiError)) console.error(error);
  return h("div", { class: "notice bad", role: "alert" },
    h("p", {}, h("strong", {}, headline(error)), " ", error.message),
    fields(error),
    error.status === 401 ? signIn(error, retry) : null,
    retry && error.status !== 401 ? h("p", {}, h("button", { type: "button", onclick: retry }, "Try again")) : null);
}

function headline(error) {
  switch (error.status) {
    case undefined: return "";
    case 0: return "No connection.";
    case 401: return "Sign in to see this.";
    case 403: return "Your account may look, but not do this.";
    case 404: return "Not found.";
    case 409: return "Not now.";
    case 503: return "A service is away.";
    default: return error.status >= 500 ? "The service failed." : "Refused.";
  }
}

function fields(error) {
  const errors = error.problem?.errors ?? [];
  return errors.length === 0 ? null
    : h("ul", {}, errors.map((it) => h("li", {}, h("code", {}, it.field), ": ", it.problem)));
}

/** Browsers ask for the user of basic authentication themselves; a token is asked for here. */
function signIn(error, retry) {
  if (!error.challenge?.startsWith("Bearer")) {
    return h("p", {}, h("button", { type: "button", onclick: retry }, "Sign in"));
  }
  const field = h("input", { id: "token", type: "password", autocomplete: "off" });
  return h("form", {
    class: "inline", onsubmit: (event) => {
      event.preventDefault();
      useToken(field.value);
      retry();
    },
  }, h("label", { for: "token" }, "Access token"), field, h("button", { type: "submit" }, "Use it"));
}
