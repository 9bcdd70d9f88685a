/**
 * The kinds of snapshot that a span can send before it ends. The numbers are those of `PartKind` in
 * `src/semconv/kind.rs`, which says what becomes of each.
 */
export const PartKind = {
  json: 0,
  "openai.chat.request": 1,
  "openai.chat.response": 2,
  "openai.chat.chunk": 3,
  "openai.responses.request": 4,
  "openai.responses.response": 5,
  "openai.responses.event": 6,
  "openai.embeddings.request": 7,
  "openai.embeddings.response": 8,
  "openai.completions.request": 9,
  "openai.completions.response": 10,
  "openai.completions.chunk": 11,
  "openai.images.request": 12,
  "openai.images.response": 13,
  "openai.images.event": 14,
  "openai.speech.request": 15,
  "openai.speech.response": 16,
  "openai.transcription.request": 17,
  "openai.transcription.response": 18,
  "openai.transcription.event": 19,
  "openai.moderations.request": 20,
  "openai.moderations.response": 21,
  "openai.call": 22,
  "openai.error": 23,
} as const;

/** Stands, among a span's attributes, for the JSON of one of its parts. */
export class PartReference {
  constructor(readonly index: number) {}
}

/** A part that somebody has written as JSON already. */
export class JsonText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text, if the value is one of these; of any other value nothing is read. */
  static textOf(value: unknown): string | undefined {
    return typeof value === "object" && value !== null && #text in value ? value.#text : undefined;
  }
}

export type PartKind = keyof typeof PartKind;
