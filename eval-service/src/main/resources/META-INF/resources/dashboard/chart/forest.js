import { s } from "../dom.js";
import { bottomAxis, chart, fitted } from "./frame.js";

const ROW = 22;
const HEAD = 24;

/**
 * A forest plot: a difference with its interval in each line, and where there is none.
 * @param {{group: string, label: string, value: number, low: number, high: number, side: "up" | "down" | "", sure: boolean,
 *     text: string}[]} rows in order; those of a group stand together
 * @param {string} unit of the axis
 */
export function forest(label, rows, unit) {
  return chart(label, (width) => {
    const names = Math.min(300, width * 0.42);
    const numbers = width > 560 ? 150 : 0;
    const extent = d3.extent([0, ...rows.flatMap((row) => [row.low, row.high])]);
    const x = d3.scaleLinear(extent, [names, width - numbers - 12]).nice();
    const parts = [];
    let y = 8;
    let group = null;
    for (const row of rows) {
      if (row.group !== group) {
        group = row.group;
        parts.push(s("text", { x: 0, y: y + 14, "font-weight": 650 }, fitted(group, names)));
        y += HEAD;
      }
      const middle = y + ROW / 2;
      parts.push(s("g", {},
        s("title", {}, `${group}, ${row.label}: ${row.text}`),
        s("text", { class: "note", x: 10, y: middle + 4 }, fitted(row.label, names - 20)),
        s("line", { class: `interval ${row.sure ? row.side : ""}`, x1: x(row.low), x2: x(row.high), y1: middle, y2: middle }),
        s("circle", { class: `point ${row.side} ${row.sure ? "sure" : ""}`, cx: x(row.value), cy: middle, r: 4 }),
        numbers ? s("text", { x: width, y: middle + 4, "text-anchor": "end" }, row.text) : null));
      y += ROW;
    }
    const ticks = Math.max(3, Math.floor((width - names - numbers) / 80));
    return {
      height: y + 40,
      parts: [
        s("line", { class: "zero", x1: x(0), x2: x(0), y1: 0, y2: y }),
        ...parts,
        bottomAxis(x, y + 4, ticks),
        s("text", { class: "note", x: width - numbers - 12, y: y + 38, "text-anchor": "end" }, unit),
      ],
    };
  });
}
