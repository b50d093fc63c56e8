import { h } from "../dom.js";
import { change } from "../route.js";

/**
 * A choice that is part of the address.
 * @param {string} name of the parameter, and the element's id
 * @param {[string, string][]} options value and text; the value "" is the default and not in the address
 */
export function select(name, title, options, chosen, more = {}) {
  const field = h("select", { id: name, onchange: () => change({ [name]: field.value, ...more }) },
    options.map(([key, text]) => h("option", { value: key, selected: String(key) === String(chosen ?? "") }, text)));
  return h("label", {}, title, field);
}
