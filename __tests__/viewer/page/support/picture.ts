// A picture small enough for a message: a board of oak with a scratch.

import { pngOf } from "./png.js";

const WIDTH = 240;
const HEIGHT = 150;

/** As a data: URI. */
export function scratchedTable(): string {
  const rows: Buffer[] = [];
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = Buffer.alloc(1 + WIDTH * 3);
    for (let x = 0; x < WIDTH; x += 1) row.set(colour(x, y), 1 + x * 3);
    rows.push(row);
  }
  const png = pngOf(WIDTH, HEIGHT, Buffer.concat(rows));
  return `data:image/png;base64,${png.toString("base64")}`;
}

function colour(x: number, y: number): number[] {
  const grain = Math.sin(y / 3 + Math.sin(x / 40) * 3) * 9 + Math.sin(y * 1.7 + x / 90) * 5;
  const scratch = Math.abs(y - 52 - x * 0.22) < 1.3 && x > 60 && x < 190 ? 62 : 0;
  return [176, 128, 82].map((part) =>
    Math.max(0, Math.min(255, Math.round(part + grain + scratch))),
  );
}
