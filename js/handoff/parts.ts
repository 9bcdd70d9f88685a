/**
 * The kinds of snapshot that a span can send before it ends. The numbers are those of `PartKind` in
 * `src/semconv/mod.rs`, which says what becomes of each.
 */
export const PartKind = {
  json: 0,
  "openai.chat.request": 1,
  "openai.chat.response": 2,
} as const;

/** Stands, among a span's attributes, for the JSON of one of its parts. */
export class PartReference {
  constructor(readonly index: number) {}
}

export type PartKind = keyof typeof PartKind;
