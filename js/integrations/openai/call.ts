/**
 * One call to the API from the request to the end of its span, which comes once, whatever happens:
 * later news of the same call are ignored. Every method is safe to call from the app's own calls:
 * none throws.
 *
 * A call holds nothing of what the app holds (promise, stream, response), so that those can be
 * collected while the call waits for them.
 */
import { type Span, SpanStatusCode } from "@opentelemetry/api";

import { now } from "../../capture/clock.js";
import type { PartKind } from "../../handoff/parts.js";
import { nameText } from "../../handoff/stand-ins.js";
import { screened } from "../../spans/screened.js";
import type { EndReason } from "../../exits/endings.js";
import { markUnfinished } from "../../exits/unfinished.js";
import { guarded, reportFault } from "../guard.js";
import type { LlmSlot } from "../llm-slot.js";
import { type Snapshots, snapshotsFor } from "../snapshots.js";
import type { Chunks, ChunkSink } from "./chunks.js";
import { errorFacts, errorName, failureMessage, isAbort, requestIdIn } from "./failure.js";
import { type Fields, fieldsOf, textIn } from "./fields.js";
import { outline } from "./outline.js";
import type { Operation } from "./operations.js";
import { isRequestOf, type Retries, retriesOf } from "./retries.js";
import { over, underWay } from "./waiting.js";

/** What a call may do with its span. */
interface CallTerms {
  /** Where a framework has begun the span, and ends it. */
  readonly offered: LlmSlot | undefined;
  readonly withPayloads: boolean;
}

const NO_RETRIES: Retries = { count: 0, isTaken: true };

export class Call implements ChunkSink {
  hasEnded = false;
  private readonly snapshots: Snapshots;
  private readonly startedAt = now();
  /** When something of the call was heard of last. */
  private heardAt = this.startedAt;
  private firstTokenAt: number | undefined;
  private chunks: Chunks | undefined;
  private signal: unknown;
  private client: unknown;
  /** What the request was made with, until its answer is there. */
  private argument: unknown;
  private retries: Retries | undefined;
  private mayBeRetries: Retries[] | undefined;
  private failure: string | undefined;
  private status: unknown;
  /** The answer's; looked at in the end, because that is not free. */
  private headers: unknown;
  private requestId: string | undefined;

  constructor(
    readonly span: Span,
    private readonly operation: Operation,
    private readonly terms: CallTerms,
  ) {
    this.snapshots = snapshotsFor(span);
    underWay(this);
  }

  /** A snapshot, because apps go on changing what they passed. */
  request(resource: unknown, [argument, ...options]: readonly unknown[]): void {
    guarded(this.span, () => {
      const { request, requestView } = this.operation;
      this.client = fieldsOf(resource)["_client"];
      this.argument = argument;
      this.signal = options.map((given) => fieldsOf(given)["signal"]).find(Boolean);
      // What has no body says in a query that it wants a stream.
      const streaming = [argument, ...options].some((given) => fieldsOf(given)["stream"] === true);
      this.capture("openai.call", { ...clientFacts(this.client), streaming });
      if (argument === undefined) return;
      this.capture(request, requestView === undefined ? argument : requestView(argument));
    });
  }

  mayRetry(retries: Retries, client: unknown, options: Fields): void {
    if (this.client !== client || this.retries !== undefined) return;
    if (isRequestOf(this.argument, options)) (this.mayBeRetries ??= []).push(retries);
  }

  /** The response's head has arrived. */
  answered(head: unknown): void {
    if (this.hasEnded) return;
    guarded(this.span, () => {
      const { response, options } = fieldsOf(head);
      ({ status: this.status, headers: this.headers } = fieldsOf(response));
      this.argument = undefined;
      this.take(retriesOf(options) ?? NO_RETRIES);
      this.heardAt = now();
    });
  }

  /** The answer, when it is not streamed. */
  respond(answer: unknown): void {
    if (this.hasEnded) return;
    guarded(this.span, () => {
      const { response, responseView } = this.operation;
      this.capture(response, responseView === undefined ? answer : responseView(answer));
      const { status, error, _request_id: requestId } = fieldsOf(answer);
      // The SDK has looked it up already.
      if (typeof requestId === "string") this.requestId = requestId;
      if (status === "failed") this.modelFailed(failureMessage(error));
    });
    this.end();
  }

  /** A chunk of a streamed answer. */
  chunk(chunk: unknown): void {
    if (this.hasEnded) return;
    try {
      this.heardAt = now();
      this.chunks ??= this.operation.stream?.(this);
      this.chunks?.read(chunk);
    } catch (fault) {
      reportFault(this.span, fault);
    }
  }

  capture(kind: PartKind, value: unknown): void {
    this.snapshots.capture(kind, this.terms.withPayloads ? value : outline(kind, value));
  }

  firstToken(): void {
    this.firstTokenAt = this.heardAt;
  }

  modelFailed(message: string): void {
    this.failure = this.terms.withPayloads ? message : "the model failed";
    this.tell();
  }

  /** Whoever offered the span need not say again that the call failed. */
  private tell(): void {
    const { offered } = this.terms;
    if (offered !== undefined) offered.isTold = true;
  }

  /** The call was rejected, or its stream broke off. */
  fail(error: unknown): void {
    if (this.hasEnded) return;
    guarded(this.span, () => {
      const aborted = isAbort(error, this.signal);
      const facts = errorFacts(error, aborted);
      this.flush();
      this.take(this.retries ?? mostOf(this.mayBeRetries));
      this.capture("openai.error", facts);
      this.tell();
      if (aborted) return;
      const name = errorName(error) ?? "Error";
      const { withPayloads } = this.terms;
      // A stack begins with the message.
      const stack = withPayloads ? textIn(fieldsOf(error), "stack") : undefined;
      const message = withPayloads ? (facts.message ?? nameText(error)) : name;
      this.failure = message;
      screened(this.span).recordException({ name, message, ...(stack !== undefined && { stack }) });
    });
    this.end();
  }

  /** The app has called it off; what had arrived is the answer. */
  abort(): void {
    if (this.hasEnded) return;
    guarded(this.span, () => {
      this.flush();
      this.tell();
      this.capture("openai.error", { aborted: true });
    });
    this.end();
  }

  /** Nobody waits for it any more: it ended when something was heard of it last. */
  abandon(): void {
    this.end(this.heardAt === this.startedAt ? undefined : this.heardAt);
  }

  /** The process ends, and that was not expected of the call. */
  interrupt(reason: EndReason): void {
    guarded(this.span, () => markUnfinished(this.span, reason));
    this.end();
  }

  end(at?: number): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    over(this);
    const { span } = this;
    guarded(span, () => {
      this.flush();
      this.tellCircumstances();
      if (this.failure !== undefined) {
        const status = { code: SpanStatusCode.ERROR, message: this.failure };
        screened(span).setStatus(status);
      }
    });
    guarded(span, () => this.snapshots.settle());
    if (this.terms.offered === undefined) guarded(span, () => span.end(at));
  }

  private tellCircumstances(): void {
    const { status, headers, retries, firstTokenAt } = this;
    this.headers = undefined;
    const firstTokenMs = firstTokenAt === undefined ? undefined : firstTokenAt - this.startedAt;
    const requestId = this.requestId ?? (headers === undefined ? undefined : requestIdIn(headers));
    const facts = { status, requestId, firstTokenMs, retries: retries?.count ?? 0 };
    this.capture("openai.call", facts);
  }

  private take(retries: Retries | undefined): void {
    this.retries = retries;
    if (retries !== undefined) retries.isTaken = true;
  }

  private flush(): void {
    guarded(this.span, () => this.chunks?.flush());
  }
}

/** What the client says of the service that it talks to. */
function clientFacts(client: unknown): Fields {
  const { baseURL, apiVersion } = fieldsOf(client);
  // Only Azure's client has a version of the API.
  return { baseURL, azure: typeof apiVersion === "string" };
}

/** Those of a request that failed: the SDK had tried longest. */
function mostOf(candidates: readonly Retries[] = []): Retries | undefined {
  const free = candidates.filter(({ isTaken }) => !isTaken);
  return free.sort((a, b) => b.count - a.count)[0];
}
