/**
 * This environment's half of the pipeline: the outbox and the native thread behind it, from
 * configuration to shutdown. Everything that asks the native module for something asks here.
 */
import type { NativeConfig, NativeDestination } from "../index.js";
import { Outbox, SHORT_WAIT_MS } from "./handoff/outbox.js";
import { CatalystTracingError, CatalystTracingErrorCodes } from "./errors.js";
import { nativePolicy } from "./options/policy.js";
import type { Native } from "./native.js";
import { PACKAGE_VERSION, type ResolvedDestination, type ResolvedOptions } from "./options.js";
import { type FlushResult, flushResultOf, statsOf, type TracingStats } from "./stats.js";
import { pollUntil } from "./wait.js";

/** After its grace the thread only has to put things away. */
const END_OF_THREAD_MS = 1000;

/** Each time the native thread wakes it costs the event loop's processor what that has in its caches. */
const LONG_WAIT_MS = 25;

/** A person is watching, and nothing is gained by larger batches. */
const MAX_CONSOLE_DELAY_MS = 50;

type CrossingTerms = Pick<NativeConfig, "spool" | "maxBatchSpans"> & {
  readonly destinations: readonly Pick<NativeDestination, "scheduleDelayMs">[];
};

/** One per environment, however often `setup()` is called: its memory is registered for good. */
let outbox: Outbox | undefined;

export class Engine {
  readonly outbox: Outbox;
  private toldLost = 0;
  private finalStats: TracingStats | undefined;

  constructor(readonly native: Native) {
    outbox ??= new Outbox(native);
    this.outbox = outbox;
  }

  /** Starts the native thread, or tells the one that runs where spans go from now on. */
  configure(options: ResolvedOptions): void {
    this.outbox.submit();
    try {
      const config = nativeConfig(options);
      this.native.configure(this.outbox.slot, config);
      this.outbox.maxWaitMs = crossingWaitMs(config);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const { INVALID_OPTION } = CatalystTracingErrorCodes;
      throw new CatalystTracingError(INVALID_OPTION, `setup(): ${why}.`, { cause: error });
    }
  }

  async flush(timeoutMs: number): Promise<FlushResult> {
    this.outbox.submit();
    const { slot } = this.outbox;
    const id = this.native.flushBegin(slot);
    if (id === null) return flushResultOf({ delivered: 0, lost: 0, pending: 0 });
    const report = await pollUntil(() => this.native.flushPoll(slot, id), timeoutMs);
    if (report === undefined) this.native.flushAbandon(slot, id);
    return flushResultOf(report && { ...report, lost: this.newlyLost() });
  }

  /** Has the native thread deliver what has ended, without waiting for it. */
  hurry(): void {
    this.outbox.submit();
    const { slot } = this.outbox;
    const id = this.native.flushBegin(slot);
    if (id !== null) this.native.flushAbandon(slot, id);
  }

  /** Spans lost since the last flush told, wherever it was. */
  private newlyLost(): number {
    const { lost } = statsOf(this.native.stats(this.outbox.slot));
    const newly = lost - this.toldLost;
    this.toldLost = lost;
    return newly;
  }

  stats(): TracingStats {
    if (this.finalStats !== undefined) return this.finalStats;
    this.outbox.submit();
    return statsOf(this.native.stats(this.outbox.slot));
  }

  /** Delivers what it can in that time; the rest is counted as lost. */
  async shutdown(timeoutMs: number): Promise<void> {
    const { slot } = this.outbox;
    const deadline = performance.now() + timeoutMs;
    await this.flush(timeoutMs);
    this.outbox.submit();
    const left = Math.max(0, Math.ceil(deadline - performance.now()));
    const wasLast = this.native.release(slot, left);
    // Where other environments go on, the thread does too.
    const hasEnded = (): true | null => this.native.isFinished(slot) || null;
    if (wasLast) await pollUntil(hasEnded, left + END_OF_THREAD_MS);
    this.finalStats = statsOf(this.native.stats(slot));
  }
}

/**
 * The spans that this environment has kept in memory since the last call, all that have ended by
 * now: requests as OTLP/JSON.
 */
export function takeKept(native: Native): readonly string[] {
  if (outbox === undefined) return [];
  outbox.submit();
  return native.takeKept(outbox.slot);
}

/**
 * How long what was recorded waits to cross: longer where nothing is gained by coming earlier, as what is
 * in memory only is lost with a killed process on either side.
 */
export function crossingWaitMs({ spool, destinations, maxBatchSpans }: CrossingTerms): number {
  if (spool !== null || maxBatchSpans === 1) return SHORT_WAIT_MS;
  const delays = destinations.map(({ scheduleDelayMs }) => scheduleDelayMs);
  return Math.max(SHORT_WAIT_MS, Math.min(LONG_WAIT_MS, ...delays));
}

function nativeConfig(options: ResolvedOptions): NativeConfig {
  const isSimple = options.batching === "simple";
  return {
    resource: JSON.stringify(options.resource),
    destinations: options.destinations.map((one) => nativeDestination(one, options)),
    extraCaPem: options.extraCaPem,
    httpsProxy: options.proxy.https,
    httpProxy: options.proxy.http,
    allProxy: options.proxy.all,
    noProxy: options.proxy.no,
    userAgent: `catalyst-tracing/${PACKAGE_VERSION} OTel-OTLP-Exporter-Rust`,
    exitFlushMs: options.exitFlushMs,
    maxQueueBytes: options.maxQueueBytes,
    maxBatchBytes: options.maxBatchBytes,
    maxBatchSpans: isSimple ? 1 : options.maxBatchSpans,
    gate: {
      prices: options.cost && JSON.stringify(options.cost.prices),
      sample: options.sample && JSON.stringify(options.sample),
    },
    spool: options.spool,
    quiet: false,
  };
}

function nativeDestination(
  { name, endpoint, filter, policy, otlp, file, console }: ResolvedDestination,
  options: ResolvedOptions,
): NativeDestination {
  return {
    name,
    endpoint,
    filter: filter && JSON.stringify(filter),
    policy: nativePolicy(policy),
    scheduleDelayMs: Math.min(options.scheduleDelayMs, console ? MAX_CONSOLE_DELAY_MS : Infinity),
    file: file && { path: file.file, maxBytes: file.maxBytes, maxFiles: file.maxFiles },
    console,
    otlp: otlp && {
      tracesUrl: otlp.tracesUrl,
      headers: otlp.headers.map(([header, value]) => ({ name: header, value })),
      protocol: otlp.protocol,
      gzip: otlp.compression === "gzip",
      gzipLevel: otlp.gzipLevel,
      timeoutMs: otlp.timeoutMs,
      certificatePem: otlp.certificatePem,
      clientCertificatePem: otlp.clientCertificatePem,
      clientKeyPem: otlp.clientKeyPem,
    },
  };
}
