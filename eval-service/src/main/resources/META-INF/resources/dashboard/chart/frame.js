import { h, s } from "../dom.js";

/**
 * A chart that is drawn again when its place gets another width.
 * @param {string} label what it shows, for those who do not see it; the numbers are in a table beside it
 * @param {(width: number) => {height: number, parts: Node[]}} draw
 */
export function chart(label, draw) {
  const svg = s("svg", { class: "chart", role: "group", "aria-label": label });
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === drawn) return;
    drawn = width;
    const { height, parts } = draw(width);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    svg.replaceChildren(...parts);
  }).observe(svg);
  return h("figure", {}, svg);
}

/** A horizontal axis below a chart. */
export function bottomAxis(scale, y, ticks) {
  const axis = s("g", { class: "axis", transform: `translate(0,${y})` });
  d3.select(axis).call(d3.axisBottom(scale).ticks(ticks).tickSizeOuter(0));
  return axis;
}

/** A horizontal axis of whole numbers. */
export function wholeAxis(scale, y, ticks) {
  const axis = s("g", { class: "axis", transform: `translate(0,${y})` });
  const values = scale.ticks(ticks).filter(Number.isInteger);
  d3.select(axis).call(d3.axisBottom(scale).tickValues(values).tickFormat(d3.format("d")).tickSizeOuter(0));
  return axis;
}

/** A vertical axis, with lines across the chart. */
export function leftAxis(scale, x, width, ticks) {
  const axis = s("g", { class: "axis", transform: `translate(${x},0)` });
  d3.select(axis).call(d3.axisLeft(scale).ticks(ticks).tickSize(-width));
  return axis;
}

/** Shortens a text that would not fit, as far as that can be told without drawing it. */
export function fitted(text, width) {
  const most = Math.max(4, Math.floor(width / 6.4));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
