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
import { JsonText, type PartKind } from "../../handoff/parts.js";
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
import { awaitSending, isTold, stopAwaiting } from "./sending.js";
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
  private baseURL: unknown;
  /** Only Azure's client has a version of the API. */
  private apiVersion: unknown;
  /** Whether a stream of the answer is wanted. */
  private streaming = false;
  /** What the request was made with, until its answer is there. */
  argument: unknown;
  /** The request is not recorded yet. */
  private isUnread = false;
  /** What was sent. Recorded with what comes next: a span that has no parts yet needs no watching. */
  private body: JsonText | undefined;
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

  /** Apps go on changing what they passed, so it is read now, or when the SDK reads it. */
  request(resource: unknown, args: readonly unknown[]): void {
    try {
      const { sendsArgument } = this.operation;
      const client = fieldsOf(resource)["_client"];
      const { baseURL, apiVersion } = fieldsOf(client);
      this.client = client;
      this.baseURL = baseURL;
      this.apiVersion = apiVersion;
      this.argument = args[0];
      // What has no body says in a query that it wants a stream.
      this.streaming = fieldsOf(args[0])["stream"] === true;
      for (let index = 1; index < args.length; index++) {
        const { signal, stream, body } = fieldsOf(args[index]);
        if (stream === true) this.streaming = true;
        if (signal !== undefined) this.signal = signal;
        if (body !== undefined && sendsArgument) this.argument = body;
      }
      if (this.argument === undefined) return;
      this.isUnread = true;
      if (sendsArgument && this.terms.withPayloads && isTold(client)) awaitSending(this);
      else this.readArgument();
    } catch (fault) {
      reportFault(this.span, fault);
    }
  }

  /** The request is on its way, with this body. */
  sent(body: unknown): void {
    if (!this.isUnread) return;
    if (typeof body === "string") {
      this.isUnread = false;
      this.body = new JsonText(body);
    } else {
      guarded(this.span, () => this.readArgument());
    }
  }

  private readArgument(): void {
    this.isUnread = false;
    const { request, requestView } = this.operation;
    const { argument } = this;
    this.capture(request, requestView === undefined ? argument : requestView(argument));
  }

  /** The SDK has gone on without telling of what it sends, or has failed before. */
  private missed(): void {
    if (!this.isUnread) return;
    stopAwaiting(this);
    guarded(this.span, () => this.readArgument());
  }

  mayRetry(retries: Retries, client: unknown, options: Fields): void {
    if (this.client !== client || this.retries !== undefined) return;
    if (isRequestOf(this.argument, options)) (this.mayBeRetries ??= []).push(retries);
  }

  /** The response's head has arrived. */
  answered(head: unknown): void {
    if (this.hasEnded) return;
    try {
      const { response, options } = fieldsOf(head);
      const { status, headers } = fieldsOf(response);
      this.status = status;
      this.headers = headers;
      this.missed();
      this.argument = undefined;
      this.take(retriesOf(options) ?? NO_RETRIES);
      this.heardAt = now();
    } catch (fault) {
      reportFault(this.span, fault);
    }
  }

  /** The answer, when it is not streamed. */
  respond(answer: unknown): void {
    if (this.hasEnded) return;
    try {
      const { response, responseView } = this.operation;
      this.capture(response, responseView === undefined ? answer : responseView(answer));
      const { status, error, _request_id: requestId } = fieldsOf(answer);
      // The SDK has looked it up already.
      if (typeof requestId === "string") this.requestId = requestId;
      if (status === "failed") this.modelFailed(failureMessage(error));
    } catch (fault) {
      reportFault(this.span, fault);
    }
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
    const { body } = this;
    if (body !== undefined) {
      this.body = undefined;
      this.snapshots.capture(this.operation.request, body);
    }
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
    const { span, terms } = this;
    try {
      this.missed();
      this.flush();
      this.tellCircumstances();
      const { failure: message } = this;
      if (message !== undefined) {
        screened(span).setStatus({ code: SpanStatusCode.ERROR, message });
      }
      this.snapshots.settle?.();
    } catch (fault) {
      reportFault(span, fault);
    }
    if (terms.offered !== undefined) return;
    try {
      span.end(at);
    } catch (fault) {
      reportFault(span, fault);
    }
  }

  private tellCircumstances(): void {
    const { baseURL, streaming, status, headers, retries, firstTokenAt } = this;
    this.headers = undefined;
    this.capture("openai.call", {
      baseURL,
      azure: typeof this.apiVersion === "string" || undefined,
      streaming,
      status,
      requestId: this.requestId ?? (headers === undefined ? undefined : requestIdIn(headers)),
      firstTokenMs: firstTokenAt === undefined ? undefined : firstTokenAt - this.startedAt,
      retries: retries?.count || undefined,
    });
  }

  private take(retries: Retries | undefined): void {
    this.retries = retries;
    if (retries !== undefined) retries.isTaken = true;
  }

  private flush(): void {
    if (this.chunks === undefined) return;
    try {
      this.chunks.flush();
    } catch (fault) {
      reportFault(this.span, fault);
    }
  }
}

/** Those of a request that failed: the SDK had tried longest. */
function mostOf(candidates: readonly Retries[] = []): Retries | undefined {
  const free = candidates.filter(({ isTaken }) => !isTaken);
  return free.sort((a, b) => b.count - a.count)[0];
}
