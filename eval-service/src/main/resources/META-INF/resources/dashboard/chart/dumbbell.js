import { s } from "../dom.js";
import { bottomAxis, chart, fitted } from "./frame.js";

const ROW = 24;

/**
 * A value of each model in every line.
 * @param {{label: string, values: number[], note: string}[]} rows values: the base model's first; none for no line
 */
export function dumbbell(label, rows, unit) {
  return chart(label, (width) => {
    const names = Math.min(190, width * 0.4);
    const x = d3.scaleLinear(d3.extent(rows.flatMap((row) => row.values)), [names, width - 12]).nice();
    const bottom = 8 + rows.length * ROW;
    return {
      height: bottom + 40,
      parts: [
        ...rows.map((row, i) => {
          const y = 8 + (i + 0.5) * ROW;
          return s("g", {},
            s("title", {}, `${row.label}: ${row.note}`),
            s("text", { x: 0, y: y + 4 }, fitted(row.label, names - 10)),
            row.values.length ? s("line", {
              class: "interval", x1: x(d3.min(row.values)), x2: x(d3.max(row.values)), y1: y, y2: y,
            }) : null,
            row.values.map((value, j) => s("circle", { class: `dot s${j % 6}`, cx: x(value), cy: y, r: 4.5 })));
        }),
        bottomAxis(x, bottom, Math.max(3, Math.floor((width - names) / 80))),
        s("text", { class: "note", x: width - 12, y: bottom + 34, "text-anchor": "end" }, unit),
      ],
    };
  });
}
