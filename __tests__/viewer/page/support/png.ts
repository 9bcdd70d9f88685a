// PNG files as chunks: what is needed to write a small picture, and to make a browser's smaller.

import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const PALETTE = 256;
/** The upper four bits of red, green and blue. */
const ALIKE = 0xf0f0f0;

/** Three bytes a pixel, row by row, each row behind a zero: no filter. */
export function pngOf(width: number, height: number, rows: Buffer): Buffer {
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(width, height, 2)),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * The same picture with 256 colours, which are hardly fewer than a page has, and a third of
 * the bytes is left. Takes what browsers write, three or four bytes a pixel, not interlaced.
 */
export function withFewColours(png: Buffer): Buffer {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const depth = png[25] === 6 ? 4 : 3;
  const pixels = unfiltered(inflateSync(Buffer.concat(dataOf(png))), width * depth, depth);

  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += depth) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = mostUseful(counts);
  const indices = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let at = 0, pixel = 0; at < pixels.length; at += depth, pixel += 1) {
    const colour = pixels.readUIntBE(at, 3);
    const index = indices.get(colour) ?? nearest(palette, colour);
    indices.set(colour, index);
    rows[pixel + Math.floor(pixel / width) + 1] = index;
  }
  const colours = Buffer.alloc(palette.length * 3);
  for (const [index, colour] of palette.entries()) colours.writeUIntBE(colour, index * 3, 3);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(width, height, 3)),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Of colours that are alike the most frequent one, so that a small green dot is not forgotten. */
function mostUseful(counts: ReadonlyMap<number, number>): number[] {
  const byFrequency = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const alike = new Map<number, number>();
  for (const colour of byFrequency) {
    const shade = colour & ALIKE;
    if (!alike.has(shade)) alike.set(shade, colour);
  }
  // Large areas keep their very colour.
  const areas = byFrequency.slice(0, PALETTE / 2);
  return [...new Set([...areas, ...alike.values(), ...byFrequency])].slice(0, PALETTE);
}

function dataOf(png: Buffer): Buffer[] {
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length;) {
    const end = at + 12 + png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, end - 4));
    at = end;
  }
  return data;
}

/** Undoes PNG's filters, each of which says a byte as the difference to what is around it. */
function unfiltered(rows: Buffer, length: number, depth: number): Buffer {
  const height = rows.length / (length + 1);
  const pixels = Buffer.alloc(height * length);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (length + 1)] ?? 0;
    for (let x = 0; x < length; x += 1) {
      const left = x < depth ? 0 : (pixels[y * length + x - depth] ?? 0);
      const up = y === 0 ? 0 : (pixels[(y - 1) * length + x] ?? 0);
      const corner = x < depth || y === 0 ? 0 : (pixels[(y - 1) * length + x - depth] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      pixels[y * length + x] = (rows[y * (length + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Infinity;
  for (const [index, other] of palette.entries()) {
    const distance =
      ((other >> 16) - (colour >> 16)) ** 2 +
      (((other >> 8) & 255) - ((colour >> 8) & 255)) ** 2 +
      ((other & 255) - (colour & 255)) ** 2;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

function header(width: number, height: number, colourType: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([8, colourType, 0, 0, 0], 8);
  return bytes;
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
