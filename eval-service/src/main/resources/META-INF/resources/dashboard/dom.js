/** Elements. Text is always a text node: nothing that a model or a data set wrote becomes markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element.
 * @param {string} tag its name
 * @param {object} attributes functions named on… are listeners, `style` an object of CSS properties; null and undefined
 *     are left out, and false unless it is ARIA's
 * @param children texts, numbers, nodes, or lists of them; null, undefined and false are left out
 */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for an SVG element. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) element.setAttribute(name, value);
    else if (value === false) continue;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, it] of Object.entries(value)) element.style.setProperty(key, it);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/** Puts new children in place of those that an element has. */
export function put(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** Says something to people who do not see the page. */
export function announce(text) {
  document.getElementById("announce").textContent = text;
}

/** A text for screen readers alone. */
export const hidden = (text) => h("span", { class: "sr" }, text);
