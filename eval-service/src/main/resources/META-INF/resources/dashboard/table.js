import { h, put } from "./dom.js";

/**
 * A table whose rows can be put in order by a click on a column.
 * @param {string} caption what it lists
 * @param {{title: any, cell: (row) => any, by?: (row) => any, number?: boolean, wide?: boolean}[]} columns cell: what is
 *     shown; by: what rows are put in order by; wide: left out on narrow screens. The first one names the row.
 */
export function table(caption, columns, rows, { rowClass } = {}) {
  const body = h("tbody");
  const heads = columns.map((column, i) => {
    const title = column.by ? h("button", { type: "button", onclick: () => sortBy(i) }, column.title) : column.title;
    return h("th", { scope: "col", class: classes(column) }, title);
  });
  let sorted = null;

  function sortBy(i) {
    const descending = sorted === i ? heads[i].getAttribute("aria-sort") !== "descending" : Boolean(columns[i].number);
    sorted = i;
    heads.forEach((head, j) => (j === i
      ? head.setAttribute("aria-sort", descending ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    fill([...rows].sort((a, b) => (descending ? -1 : 1) * compare(columns[i].by(a), columns[i].by(b))));
  }

  function fill(ordered) {
    put(body, ordered.map((row) => h("tr", { class: rowClass?.(row) }, columns.map((column, i) =>
      i === 0 ? h("th", { scope: "row", class: classes(column) }, column.cell(row))
        : h("td", { class: classes(column) }, column.cell(row))))));
  }

  fill(rows);
  // A caption in sight would be as wide as the table, which may be wider than the page.
  return h("div", { class: "table" }, h("p", { class: "caption", "aria-hidden": "true" }, caption),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      h("table", {}, h("caption", { class: "sr" }, caption), h("thead", {}, h("tr", {}, heads)), body)));
}

function classes(column) {
  return [column.number && "number", column.wide && "wide"].filter(Boolean).join(" ") || null;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
