// A picture small enough for a message: a board of oak with a scratch, drawn and written as PNG here.

import { deflateSync } from "node:zlib";

const WIDTH = 240;
const HEIGHT = 150;
const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** As a data: URI. */
export function scratchedTable(): string {
  const rows: Buffer[] = [];
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = Buffer.alloc(1 + WIDTH * 3);
    for (let x = 0; x < WIDTH; x += 1) row.set(colour(x, y), 1 + x * 3);
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const png = Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString("base64")}`;
}

function colour(x: number, y: number): [number, number, number] {
  const grain = Math.sin(y / 3 + Math.sin(x / 40) * 3) * 9 + Math.sin(y * 1.7 + x / 90) * 5;
  const scratch = Math.abs(y - 52 - x * 0.22) < 1.3 && x > 60 && x < 190 ? 62 : 0;
  return [176 + grain + scratch, 128 + grain + scratch, 82 + grain + scratch].map((value) =>
    Math.max(0, Math.min(255, Math.round(value))),
  ) as [number, number, number];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
