import { s } from "../dom.js";
import { chart } from "./frame.js";

const ROW = 30;

/**
 * A heat map of two settings.
 * @param {{name: string, values: number[]}} down of rows
 * @param {{name: string, values: number[]}} across of columns
 * @param {(row: number, column: number) => ?{text: string, gain: number, best: boolean, title: string}} cell what is
 *     in it, null for nothing; gain from -1 to 1
 */
export function heat(label, down, across, cell) {
  return chart(label, (width) => {
    const left = 64;
    const step = Math.min(110, (width - left) / across.values.length);
    const parts = [
      s("text", { class: "note", x: 0, y: 32 }, down.name),
      s("text", { class: "note", x: left, y: 12 }, across.name),
    ];
    across.values.forEach((value, i) => {
      parts.push(s("text", { class: "note", x: left + (i + 0.5) * step, y: 32, "text-anchor": "middle" }, value));
    });
    down.values.forEach((row, j) => {
      const y = 40 + j * ROW;
      parts.push(s("text", { class: "note", x: left - 10, y: y + ROW / 2 + 4, "text-anchor": "end" }, row));
      across.values.forEach((column, i) => {
        const it = cell(row, column);
        if (!it) return;
        const box = { x: left + i * step, y, width: step, height: ROW };
        parts.push(s("g", {},
          s("title", {}, it.title),
          s("rect", { ...box, class: `cell ${it.gain < 0 ? "lost" : ""}`, style: { "--size": Math.min(1, Math.abs(it.gain)) } }),
          it.best ? s("rect", { x: box.x + 1, y: y + 1, width: step - 2, height: ROW - 2, class: "best" }) : null,
          s("text", { x: box.x + step / 2, y: y + ROW / 2 + 4, "text-anchor": "middle" }, it.text)));
      });
    });
    return { height: 44 + down.values.length * ROW, parts };
  });
}
