/**
 * One call of an observed function, from its start until its work has ended, however it ends. Its
 * span ends once. Nothing here throws: what watches the app's objects can call it from anywhere.
 */
import type { Context } from "@opentelemetry/api";

import { now } from "../../capture/clock.js";
import { activeContext } from "../../runtime.js";
import { guarded } from "../guard.js";
import { recordFailure, type StartedSpan } from "../run.js";
import { screened } from "../screened.js";
import { JSON_TYPE, setContent, setJson, TEXT } from "../values.js";
import { Collected } from "./collected.js";

/** How the work ended, where that is not simply when the function returned. */
const END = "observe.end";
/** How many items a generator or stream gave. */
const ITEMS = "observe.items";
/** The output has the first of them only. */
const CUT = "observe.cut";
/** What a generator returned beside what it yielded. */
const RESULT = "observe.result";

/** Whose object has been collected: its consumer walked away. The call knows nothing of the object. */
const forgotten = new FinalizationRegistry<ObservedCall>((call) => call.abandoned());

export class ObservedCall {
  private readonly collected: Collected | undefined;
  private isOver = false;
  private lastSign = now();
  private isStream = false;
  private items = 0;

  constructor(
    private readonly started: StartedSpan,
    private readonly keepsOutput: boolean,
  ) {
    if (keepsOutput) this.collected = new Collected();
  }

  /** In which the function and all parts of its work run. */
  get context(): Context {
    return this.started.context;
  }

  get hasEnded(): boolean {
    return this.isOver;
  }

  /** Whether a call that comes now is the consumer's: what the work calls itself is part of it. */
  get isConsumed(): boolean {
    return !this.isOver && activeContext() !== this.context;
  }

  /** The work goes on in `object`, for as long as anybody has it. */
  goesOnIn(object: object, isStream: boolean): void {
    this.isStream = isStream;
    this.lastSign = now();
    // A promise that resolved to a stream is no longer what counts.
    forgotten.unregister(this);
    forgotten.register(object, this, this);
  }

  /** The function returned, or its promise resolved to, a value. */
  returned(value: unknown): void {
    if (this.keepsOutput) this.finish(() => setContent(this.started.handle.raw, "output", value));
    else this.finish();
  }

  item(item: unknown): void {
    if (this.isOver) return;
    this.lastSign = now();
    this.items += 1;
    guarded(() => this.collected?.add(item));
  }

  /** The generator or stream came to its end. */
  completed(result?: unknown): void {
    this.finish(() => {
      this.setEnd("completed");
      if (result === undefined || !this.keepsOutput) return;
      const { raw } = this.started.handle;
      if (this.items === 0) setContent(raw, "output", result);
      else setJson(raw, RESULT, result);
    });
  }

  /** The consumer broke off. */
  stopped(): void {
    this.finish(() => this.setEnd("stopped"));
  }

  failed(error: unknown): void {
    this.finish(() => recordFailure(this.started.handle.raw, error));
  }

  /** The consumer went away, some time after the last sign of life. */
  abandoned(): void {
    this.finish(() => this.started.handle.raw.setAttribute(END, "abandoned"), this.lastSign);
  }

  private setEnd(how: string): void {
    if (this.isStream) this.started.handle.raw.setAttribute(END, how);
  }

  private finish(act?: () => void, at?: number): void {
    if (this.isOver) return;
    this.isOver = true;
    forgotten.unregister(this);
    if (act !== undefined) guarded(act);
    guarded(() => this.writeItems());
    guarded(() => this.started.handle.raw.end(at));
  }

  private writeItems(): void {
    if (!this.isStream) return;
    const { raw } = this.started.handle;
    raw.setAttribute(ITEMS, this.items);
    if (this.collected?.isCut === true) raw.setAttribute(CUT, true);
    const content = this.collected?.content();
    if (content === undefined) return;
    const type = content.isJson ? JSON_TYPE : TEXT;
    screened(raw).setAttributes({ "output.value": content.text, "output.mime_type": type });
  }
}
