/** Starts the benchmarks' collector in a process of its own and asks it what it received. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { Attributes } from "../../__tests__/support/otlp.js";

export interface ReceivedSpan {
  name: string;
  attributes: Attributes;
}

export interface Received {
  spanCount: number;
  /** Bodies as they came, compressed or not. */
  wireBytes: number;
  /** What was wrong with the requests; empty when everything was read. */
  problems: string[];
  /** Only while the collector keeps spans. */
  spans: ReceivedSpan[];
}

export interface CollectorRequest {
  keepFromNowOn: boolean;
}

export interface Collector {
  readonly endpoint: string;
  /** What came since the last call; from now on spans are kept, or merely counted. */
  take(request: CollectorRequest): Promise<Received>;
  close(): Promise<void>;
}

const COLLECTOR_MAIN = join(import.meta.dirname, "collector-main.js");

export async function startCollector(): Promise<Collector> {
  // Structured clones, because a decoded 64-bit integer can be a bigint, which JSON has not.
  const child = fork(COLLECTOR_MAIN, { serialization: "advanced" });
  const exited = once(child, "exit");
  const [endpoint] = (await Promise.race([
    once(child, "message"),
    exited.then(() => Promise.reject(new Error("The collector ended before it listened."))),
  ])) as [string];
  return {
    endpoint,
    async take(request) {
      const answer = once(child, "message");
      child.send(request);
      const [received] = (await answer) as [Received];
      return received;
    },
    async close() {
      child.disconnect();
      await exited;
    },
  };
}
