// How a text is cut for a stream. Pieces are never empty and never split a character.

/** Words, each with the space before it, as a tokenizer would roughly do. */
export function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}

export function chunksOf(text: string, length: number): string[] {
  const characters = Array.from(text);
  const count = Math.ceil(characters.length / length);
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * length, (index + 1) * length).join(""),
  );
}

/** By words, unless a length is given. */
export function pieces(text: string, length?: number): string[] {
  return length === undefined ? words(text) : chunksOf(text, length);
}

/** A tool's arguments arrive in smaller parts than words. */
const ARGUMENT_CHARACTERS = 8;

export function argumentPieces(text: string, length = ARGUMENT_CHARACTERS): string[] {
  return chunksOf(text, length);
}

/** Takes one of each list in turn, as choices of one stream arrive. */
export function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((items) => items.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((items) => items.slice(index, index + 1)),
  ).flat();
}
