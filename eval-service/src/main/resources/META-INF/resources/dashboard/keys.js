import { h } from "./dom.js";

const KEYS = [
  ["?", "This list"],
  ["g r", "Runs"],
  ["g c", "Compare"],
  ["g d", "Datastores"],
  ["g t", "Tasks"],
  ["g n", "New run"],
  ["[", "Previous example, window or page"],
  ["]", "Next example, window or page"],
  ["/", "First filter of the page"],
];
const PLACES = { r: "#/runs", c: "#/compare", d: "#/datastores", t: "#/tasks", n: "#/new" };

const enabled = () => localStorage.getItem("keys") !== "off";

/** Keyboard shortcuts; they can be switched off, for people whose speech becomes keys. */
export function startKeys() {
  const dialog = makeDialog();
  document.body.append(dialog);
  document.getElementById("keys").addEventListener("click", () => dialog.showModal());
  let before = null;
  addEventListener("keydown", (event) => {
    const free = !event.ctrlKey && !event.metaKey && !event.altKey && !isField(event.target) && !dialog.open;
    if (!free || !enabled()) return;
    const key = event.key;
    if (before === "g" && PLACES[key]) location.hash = PLACES[key];
    else if (key === "?") dialog.showModal();
    else if (key === "[") document.querySelector("main [rel=prev]")?.click();
    else if (key === "]") document.querySelector("main [rel=next]")?.click();
    else if (key === "/") {
      document.querySelector("main .filters select, main .filters input")?.focus();
      event.preventDefault();
    }
    before = key;
  });
}

function isField(element) {
  return element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);
}

function makeDialog() {
  const box = h("input", {
    type: "checkbox", checked: enabled(),
    onchange: () => localStorage.setItem("keys", box.checked ? "on" : "off"),
  });
  return h("dialog", { "aria-labelledby": "keys-title" },
    h("form", { method: "dialog" },
      h("h2", { id: "keys-title" }, "Keyboard shortcuts"),
      h("dl", { class: "keys" }, KEYS.map(([key, what]) => [
        h("dt", {}, key.split(" ").map((it) => h("kbd", {}, it))), h("dd", {}, what)])),
      h("p", {}, "In lists and texts the arrow keys move, Enter opens."),
      h("label", { class: "check" }, box, "Shortcuts of single keys"),
      h("p", {}, h("button", { type: "submit" }, "Close"))));
}
