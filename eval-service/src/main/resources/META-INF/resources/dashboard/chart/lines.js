import { s } from "../dom.js";
import { chart, leftAxis, wholeAxis } from "./frame.js";

const HEIGHT = 240;
const LEFT = 44;

/**
 * Lines over the same places.
 * @param {{name: string, place: number, values: number[]}[]} series place: its number among the colours
 * @param {(index: number) => void} open what a click on a place does
 */
export function lines(label, series, unit, across, open) {
  return chart(label, (width) => {
    const length = series[0].values.length;
    const x = d3.scaleLinear([0, Math.max(1, length - 1)], [LEFT, width - 8]);
    const all = series.flatMap((it) => it.values);
    const y = d3.scaleLinear(d3.extent(all), [HEIGHT - 40, 20]).nice();
    const path = d3.line((_, i) => x(i), (value) => y(value)).defined((value) => value !== null);
    const marker = s("line", { class: "zero", y1: 20, y2: HEIGHT - 40, visibility: "hidden" });
    const note = s("text", { class: "note", x: width - 8, y: 12, "text-anchor": "end" });
    const at = (event) => Math.max(0, Math.min(length - 1, Math.round(x.invert(d3.pointer(event)[0]))));
    return {
      height: HEIGHT,
      parts: [
        leftAxis(y, LEFT, width - 8 - LEFT, 5),
        wholeAxis(x, HEIGHT - 40, Math.min(length, Math.floor(width / 60))),
        s("text", { class: "note", x: 0, y: 12 }, unit),
        s("text", { class: "note", x: width - 8, y: HEIGHT - 6, "text-anchor": "end" }, across),
        marker, note,
        ...series.map((it) => s("path", { class: `series s${it.place}`, d: path(it.values) })),
        ...(length > 60 ? [] : series.flatMap((it) => it.values.map((value, i) =>
          s("circle", { class: `dot s${it.place}`, cx: x(i), cy: y(value), r: 2.5 })))),
        s("rect", {
          x: LEFT, y: 0, width: Math.max(0, width - LEFT), height: HEIGHT - 40, fill: "transparent", cursor: "pointer",
          onclick: (event) => open(at(event)),
          onmousemove: (event) => {
            const i = at(event);
            marker.setAttribute("visibility", "visible");
            marker.setAttribute("x1", x(i));
            marker.setAttribute("x2", x(i));
            note.textContent = `${i}: ${series.map((it) => it.values[i]?.toFixed(3)).join("  ")}`;
          },
        }),
      ],
    };
  });
}
