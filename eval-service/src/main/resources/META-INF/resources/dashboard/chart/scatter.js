import { s } from "../dom.js";
import { bottomAxis, chart, leftAxis } from "./frame.js";

/**
 * Points around the diagonal.
 * @param {{x: number, y: number, side: "up" | "down" | "", sure: boolean, name: string, href: string, title: string}[]} points
 */
export function scatter(label, points, across, up) {
  return chart(label, (width) => {
    const size = Math.min(width, 460);
    const left = 48;
    const domain = d3.extent(points.flatMap((it) => [it.x, it.y]));
    const margin = Math.max((domain[1] - domain[0]) * 0.1, Math.abs(domain[1]) * 0.05, 1e-9);
    domain[0] -= margin;
    domain[1] += margin;
    const x = d3.scaleLinear(domain, [left, size - 10]).nice();
    const y = d3.scaleLinear(domain, [size - 44, 20]).nice();
    const [low, high] = x.domain();
    return {
      height: size,
      parts: [
        leftAxis(y, left, size - 10 - left, 5),
        bottomAxis(x, size - 44, 5),
        s("line", { class: "zero", x1: x(low), y1: y(low), x2: x(high), y2: y(high) }),
        s("text", { class: "note", x: 0, y: 12 }, up),
        s("text", { class: "note", x: size - 10, y: size - 8, "text-anchor": "end" }, across),
        ...points.map((it) => s("a", { href: it.href, "aria-label": it.title },
          s("title", {}, it.title),
          s("circle", { class: `point ${it.side} ${it.sure ? "sure" : ""}`, cx: x(it.x), cy: y(it.y), r: 5 }),
          points.length > 30 ? null : s("text", {
            x: x(it.x) + (x(it.x) > size - 90 ? -9 : 9), y: y(it.y) + 4,
            "text-anchor": x(it.x) > size - 90 ? "end" : "start",
          }, it.name))),
      ],
    };
  });
}
