/**
 * Streams of chat completions and of legacy completions, as the API and its many imitators send
 * them: each chunk adds to one choice, or to several.
 */
import type { PartKind } from "../../handoff/parts.js";
import type { ChunkReader, Chunks, ChunkSink } from "./chunks.js";
import { type Fields, fieldsOf } from "./fields.js";
import { TextRuns } from "./text-runs.js";
import { withoutLogprobs } from "./views.js";

/** Texts of a choice that grow with each chunk, by all who speak this protocol. */
const GROWING = new Set(["content", "refusal", "reasoning_content", "reasoning", "text"]);

export function choiceChunks(kind: PartKind): ChunkReader {
  return (sink) => new ChoiceChunks(kind, sink);
}

class ChoiceChunks implements Chunks {
  private readonly runs = new TextRuns<ChoiceText>();
  private isFirst = true;
  private hasToken = false;

  constructor(
    private readonly kind: PartKind,
    private readonly sink: ChunkSink,
  ) {}

  read(chunk: unknown): void {
    const { choices, usage } = fieldsOf(chunk);
    const choice = Array.isArray(choices) && choices.length === 1 ? fieldsOf(choices[0]) : NONE;
    const grows = choice !== NONE && (usage === undefined || usage === null);
    if (!this.isFirst && grows && this.grow(choice)) return;
    this.isFirst = false;
    this.flush();
    if (!this.hasToken && Array.isArray(choices) && choices.some(says)) this.token();
    this.sink.capture(this.kind, withoutLogprobs(chunk));
  }

  /** Keeps what a choice adds to its texts; false when it says anything else. */
  private grow(choice: Fields): boolean {
    const { index = 0, finish_reason: finish, delta = choice } = choice;
    if ((finish !== null && finish !== undefined) || typeof index !== "number") return false;
    const field = onlyText(delta as Fields);
    if (field === undefined) return this.growArguments(index, fieldsOf(delta));
    this.add({ index, field, tool: -1 }, String((delta as Fields)[field]));
    return true;
  }

  private growArguments(index: number, delta: Fields): boolean {
    const calls = onlyToolCalls(delta);
    const call = calls?.length === 1 ? fieldsOf(calls[0]) : NONE;
    const { index: tool, id, type, function: called, ...others } = call;
    const { arguments: added, name, ...more } = fieldsOf(called);
    if (typeof tool !== "number" || typeof added !== "string") return false;
    if (!isEmpty([id, type, name]) || hasKeys(others) || hasKeys(more)) return false;
    this.add({ index, field: "arguments", tool }, added);
    return true;
  }

  private add(place: ChoiceText, text: string): void {
    if (!this.hasToken && text !== "") this.token();
    const run = this.runs.find(
      (known) =>
        known.index === place.index && known.field === place.field && known.tool === place.tool,
    );
    if (run === undefined) this.runs.start(place, text);
    else run.text += text;
  }

  private token(): void {
    this.hasToken = true;
    this.sink.firstToken();
  }

  flush(): void {
    const choices = this.runs.take().map(({ place: { index, field, tool }, text }) => {
      if (field === "text") return { index, text };
      if (tool < 0) return { index, delta: { [field]: text } };
      return { index, delta: { tool_calls: [{ index: tool, function: { arguments: text } }] } };
    });
    if (choices.length > 0) this.sink.capture(this.kind, { choices });
  }
}

/** Which text of which choice; `tool` is the index of the tool call, or -1. */
interface ChoiceText {
  readonly index: number;
  readonly field: string;
  readonly tool: number;
}

const NONE: Fields = {};

/** The growing text that is all that a delta has, apart from what says nothing. */
function onlyText(delta: Fields): string | undefined {
  let field: string | undefined;
  for (const key in delta) {
    const value = delta[key];
    if (value === null || value === undefined || key === "role" || key === "index") continue;
    if (typeof value !== "string" || field !== undefined || !GROWING.has(key)) return undefined;
    field = key;
  }
  return field;
}

function onlyToolCalls(delta: Fields): readonly unknown[] | undefined {
  const { tool_calls: calls, role: _role, ...others } = delta;
  return Array.isArray(calls) && isEmpty(Object.values(others)) ? calls : undefined;
}

function isEmpty(values: readonly unknown[]): boolean {
  return values.every((value) => value === undefined || value === null || value === "");
}

function hasKeys(object: object): boolean {
  return !isEmpty(Object.values(object));
}

/** Whether a choice of a chunk has anything of the answer in it. */
function says(choice: unknown): boolean {
  const { text, delta } = fieldsOf(choice);
  const { role: _role, ...others } = fieldsOf(delta);
  return !isEmpty([text]) || hasKeys(others);
}
