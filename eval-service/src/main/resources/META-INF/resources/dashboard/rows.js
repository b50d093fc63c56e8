import { h, put } from "./dom.js";

const PAGE = 50;
const HEIGHT = 36;
const MARGIN = 8;
const KEPT_PAGES = 60;

/**
 * A list of any length: pages are fetched as they come into sight, and only rows in sight have elements. Arrow keys,
 * Page Up, Page Down, Home and End move, Enter and a click open.
 * @param {string} label what it lists
 * @param {{title: string, width: string, cell: (item) => any, narrow?: boolean}[]} columns narrow: shown on narrow
 *     screens too
 * @param {(page: number, size: number) => Promise<{items: object[], total: number}>} load
 * @param {(item, index: number) => string} href where a row leads
 */
export function longList(label, columns, load, href, signal) {
  const pages = new Map();
  const space = h("div", { role: "presentation" });
  const view = h("div", { class: "window", role: "presentation" }, space);
  const status = h("p", { class: "soft", role: "status" }, "Loading…");
  const grid = h("div", { class: "rows", role: "grid", "aria-label": label, "aria-colcount": columns.length },
    h("div", { role: "rowgroup" }, h("div", { class: "columns", role: "row", "aria-rowindex": 1 },
      columns.map((column) => h("div", { role: "columnheader", title: column.title }, column.title)))),
    view);
  space.setAttribute("role", "rowgroup");
  let total = 0;
  let active = 0;

  function layout() {
    for (const line of grid.querySelectorAll(".columns, .row")) arrange(line);
  }

  function arrange(line) {
    const narrow = grid.clientWidth <= 620;
    line.style.gridTemplateColumns = columns.filter((column) => column.narrow || !narrow).map((column) => column.width).join(" ");
    [...line.children].forEach((cell, i) => (cell.hidden = narrow && !columns[i].narrow));
  }

  async function page(number) {
    if (!pages.has(number)) {
      pages.set(number, load(number, PAGE));
      if (pages.size > KEPT_PAGES) pages.delete(pages.keys().next().value);
    }
    return pages.get(number);
  }

  let drawing = 0;
  async function draw() {
    const mine = ++drawing;
    const first = Math.max(0, Math.floor(view.scrollTop / HEIGHT) - MARGIN);
    const last = Math.min(total, Math.ceil((view.scrollTop + view.clientHeight) / HEIGHT) + MARGIN);
    const wanted = [];
    for (let number = Math.floor(first / PAGE); number * PAGE < Math.max(last, 1); number++) wanted.push(number);
    const found = new Map();
    try {
      for (const [i, it] of (await Promise.all(wanted.map(page))).entries()) found.set(wanted[i], it);
    } catch (e) {
      if (!signal.aborted) put(status, e.message);
      wanted.forEach((number) => pages.delete(number));
      return;
    }
    if (mine !== drawing) return;
    const focused = space.contains(document.activeElement);
    put(space, Array.from({ length: last - first }, (_, i) => {
      const index = first + i;
      const item = found.get(Math.floor(index / PAGE))?.items[index % PAGE];
      return item ? row(item, index) : null;
    }));
    if (focused) space.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
  }

  function row(item, index) {
    const open = () => (location.hash = href(item, index));
    const line = h("div", {
      class: "row", role: "row", "aria-rowindex": index + 2, tabindex: index === active ? 0 : -1,
      style: { "inset-block-start": `${index * HEIGHT}px` }, onfocus: () => (active = index), onclick: open,
      onkeydown: (event) => event.key === "Enter" && open(),
    }, columns.map((column, i) => h("span", { role: "gridcell" },
      i === 0 ? h("a", { href: href(item, index), tabindex: -1 }, column.cell(item)) : column.cell(item))));
    arrange(line);
    return line;
  }

  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };
  view.addEventListener("keydown", async (event) => {
    if (!(event.key in moves) || event.target === view) return;
    event.preventDefault();
    active = Math.max(0, Math.min(total - 1, active + moves[event.key]));
    const top = active * HEIGHT;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top + HEIGHT > view.scrollTop + view.clientHeight) view.scrollTop = top + HEIGHT - view.clientHeight;
    await draw();
    const line = space.querySelector(`[aria-rowindex='${active + 2}']`);
    space.querySelectorAll("[tabindex='0']").forEach((it) => it.setAttribute("tabindex", -1));
    line?.setAttribute("tabindex", 0);
    line?.focus({ preventScroll: true });
  });

  let waiting = 0;
  view.addEventListener("scroll", () => {
    clearTimeout(waiting);
    const ready = pages.has(Math.floor(view.scrollTop / HEIGHT / PAGE));
    waiting = setTimeout(draw, ready ? 0 : 50);
  }, { passive: true });
  new ResizeObserver(() => {
    layout();
    draw();
  }).observe(grid);

  page(0).then((start) => {
    total = start.total;
    grid.setAttribute("aria-rowcount", total + 1);
    space.style.blockSize = `${total * HEIGHT}px`;
    put(status, total === 0 ? "Nothing fits these filters." : `${total.toLocaleString("en")} in all`);
    view.style.blockSize = total * HEIGHT < 640 ? `${total * HEIGHT}px` : "";
    grid.hidden = total === 0;
    return draw();
  }).catch((e) => signal.aborted || put(status, e.message));
  return h("div", {}, status, grid);
}
