/**
 * Streams of chat completions and of legacy completions, as the API and its many imitators send
 * them: each chunk adds to one choice, or to several.
 */
import type { PartKind } from "../../handoff/parts.js";
import type { ChunkReader, Chunks, ChunkSink } from "./chunks.js";
import { type Fields, fieldsOf } from "./fields.js";
import { withoutLogprobs } from "./views.js";

/** Texts of a choice that grow with each chunk, by all who speak this protocol. */
const GROWING = new Set(["content", "refusal", "reasoning_content", "reasoning", "text"]);

/**
 * A text that grows: which one of which choice; `tool` is the index of the tool call, or -1. No object
 * literal, which would begin as the choices of chunks do: V8 parses JSON faster where no other objects do.
 */
class Run {
  text = "";

  constructor(
    readonly index: number,
    readonly field: string,
    readonly tool: number,
  ) {}
}

/** Of any value: what is no object has none of these. */
interface Chunk {
  readonly choices?: unknown;
  readonly usage?: unknown;
}

interface Choice {
  readonly index?: unknown;
  readonly finish_reason?: unknown;
  readonly delta?: unknown;
}

export function choiceChunks(kind: PartKind): ChunkReader {
  return (sink) => new ChoiceChunks(kind, sink);
}

class ChoiceChunks implements Chunks {
  private runs: Run[] = [];
  private last: Run | undefined;
  /** Choices that have said whose they are. */
  private readonly begun = new Set<number>();
  private isFirst = true;
  private hasToken = false;

  constructor(
    private readonly kind: PartKind,
    private readonly sink: ChunkSink,
  ) {}

  read(chunk: unknown): void {
    if (this.hasToken && this.last !== undefined && growsOn(this.last, chunk)) return;
    const { choices, usage } = fieldsOf(chunk);
    const isList = Array.isArray(choices);
    const mayGrow = isList && choices.length === 1 && isNothing(usage) && !this.isFirst;
    if (mayGrow && this.grow(fieldsOf(choices[0]))) return;
    this.isFirst = false;
    this.flush();
    if (!this.hasToken && isList && choices.some(says)) this.token();
    this.sink.capture(this.kind, withoutLogprobs(chunk));
  }

  /** Keeps what a choice adds to its texts; false when it says anything else. */
  private grow(choice: Fields): boolean {
    const { index, finish_reason: reason } = choice;
    if (typeof index !== "number" || !isNothing(reason)) return false;
    const delta = fieldsOf(choice["delta"] ?? choice);
    if (typeof delta["role"] === "string" && !this.begun.has(index)) {
      this.begun.add(index);
      return false;
    }
    const field = onlyField(delta);
    if (field === "tool_calls") return this.growArguments(index, delta["tool_calls"]);
    const text = field !== undefined && GROWING.has(field) ? delta[field] : undefined;
    if (field === undefined || typeof text !== "string") return false;
    this.add(index, field, -1, text);
    return true;
  }

  private growArguments(index: number, calls: unknown): boolean {
    if (!Array.isArray(calls) || calls.length !== 1) return false;
    const call = fieldsOf(calls[0]);
    const called = fieldsOf(call["function"]);
    const { index: tool } = call;
    const { arguments: text } = called;
    if (typeof tool !== "number" || typeof text !== "string") return false;
    if (onlyField(call) !== "function" || onlyField(called) !== "arguments") return false;
    this.add(index, "arguments", tool, text);
    return true;
  }

  private add(index: number, field: string, tool: number, text: string): void {
    if (!this.hasToken && text !== "") this.token();
    let run = this.last;
    if (run === undefined || !isRun(run, index, field, tool)) {
      run = this.runs.find((known) => isRun(known, index, field, tool));
      if (run === undefined) this.runs.push((run = new Run(index, field, tool)));
      this.last = run;
    }
    run.text += text;
  }

  private token(): void {
    this.hasToken = true;
    this.sink.firstToken();
  }

  flush(): void {
    if (this.runs.length === 0) return;
    this.sink.capture(this.kind, { choices: this.runs.map(asChoice) });
    this.runs = [];
    this.last = undefined;
  }
}

/** Most chunks add to the text that the one before has added to, and say nothing else. */
function growsOn(run: Run, chunk: unknown): boolean {
  const { choices, usage } = (chunk ?? {}) as Chunk;
  if (!Array.isArray(choices) || choices.length !== 1 || !isNothing(usage)) return false;
  const { index, finish_reason: reason, delta } = (choices[0] ?? {}) as Choice;
  if (index !== run.index || run.tool >= 0 || !isNothing(reason)) return false;
  const text = onlyText(delta ?? choices[0], run.field);
  if (text === undefined) return false;
  run.text += text;
  return true;
}

function isRun(run: Run, index: number, field: string, tool: number): boolean {
  return run.index === index && run.field === field && run.tool === tool;
}

function asChoice({ index, field, tool, text }: Run): Fields {
  if (field === "text") return { index, text };
  if (tool < 0) return { index, delta: { [field]: text } };
  return { index, delta: { tool_calls: [{ index: tool, function: { arguments: text } }] } };
}

/** What an object says in that field, where it says nothing else, not even who speaks. */
function onlyText(object: unknown, field: string): string | undefined {
  let text: unknown;
  for (const key in object as Fields) {
    const value = (object as Fields)[key];
    if (key === field) text = value;
    else if (!isNothing(value) && key !== "index") return undefined;
  }
  return typeof text === "string" ? text : undefined;
}

/** The field that is all that an object says, apart from who speaks and where. */
function onlyField(object: Fields): string | undefined {
  let only: string | undefined;
  for (const key in object) {
    if (isNothing(object[key]) || key === "role" || key === "index") continue;
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
}

/** Whether a choice of a chunk has anything of the answer in it. */
function says(choice: unknown): boolean {
  const { text, delta } = fieldsOf(choice);
  const { role: _role, ...others } = fieldsOf(delta);
  return [text, ...Object.values(others)].some((value) => !isNothing(value) && value !== "");
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
