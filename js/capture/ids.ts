/**
 * Trace and span ids as signed 32-bit words, which V8 keeps without allocating. Hexadecimal text
 * is made only when somebody asks for it.
 */

/** One call for that many words: `getRandomValues` is dear, words are not. */
const POOL_WORDS = 4096;

const pool = new Int32Array(POOL_WORDS);
let next = POOL_WORDS;

/** A random word. The last word of an id must not make it all zeros: use `nonZeroWord` there. */
export function word(): number {
  if (next >= POOL_WORDS) refill();
  return pool[next++]!;
}

export function nonZeroWord(): number {
  for (;;) {
    const random = word();
    if (random !== 0) return random;
  }
}

function refill(): void {
  globalThis.crypto.getRandomValues(pool);
  next = 0;
}

const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

export function hex(idWord: number): string {
  return (
    HEX_BYTES[(idWord >>> 24) & 0xff]! +
    HEX_BYTES[(idWord >>> 16) & 0xff]! +
    HEX_BYTES[(idWord >>> 8) & 0xff]! +
    HEX_BYTES[idWord & 0xff]!
  );
}

/** The word at `index` of an id in hexadecimal; the id has been validated. */
export function wordOf(id: string, index: number): number {
  return Number.parseInt(id.slice(index * 8, index * 8 + 8), 16) | 0;
}
