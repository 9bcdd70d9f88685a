/**
 * What users import from `catalyst-tracing/testing`: tracing whose spans stay in the process, for
 * tests. They go all the way that a collector's would, up to the finished request.
 */
import type { CatalystTracing } from "./handle.js";
import { setupInMemory } from "./setup.js";
import { Arrivals } from "./testing/arrivals.js";
import { resolveTestOptions, type TestTracingOptions } from "./testing/options.js";
import { type TestSpan, toTestSpan } from "./testing/test-span.js";
import { spanTree, type TreeOptions } from "./testing/tree.js";

export type { TestTracingOptions } from "./testing/options.js";
export type { TestAttributes, TestAttributeValue } from "./testing/request.js";
export type { TestEvent, TestLink, TestSpan, TestStatus } from "./testing/test-span.js";
export type { TreeOptions } from "./testing/tree.js";

export interface TestTracing extends CatalystTracing {
  /**
   * The spans that have ended so far, in the order of their ends. Needs no flush, and works on
   * after `shutdown()`.
   */
  spans(): TestSpan[];
  /**
   * The same spans as text, one line each, children under their parents in the order of their
   * starts. Without options nothing in it changes from run to run.
   */
  tree(options?: TreeOptions): string;
  /** Forgets the spans that have ended so far. Those that are open come when they end. */
  reset(): void;
}

/**
 * As `setup()`, but spans are kept in this process, for `spans()` and `tree()`. Nothing is sent and
 * no variable of the environment is read.
 *
 * Until `shutdown()`, a `setup()` in the code under test returns this handle: its options hold, but
 * for where spans go. Called while tracing runs, it takes that over and starts with no spans.
 *
 * Rejects with a `CatalystTracingError` for a wrong option, and where there is no native module for
 * this platform.
 */
export async function createTestTracing(options: TestTracingOptions = {}): Promise<TestTracing> {
  const { tracing, take } = await setupInMemory(resolveTestOptions(options));
  const arrivals = Arrivals.begin(take);
  return Object.assign(tracing, {
    spans: () => arrivals.all().map(toTestSpan),
    tree: (shown: TreeOptions = {}) => spanTree(arrivals.all(), shown),
    reset: () => arrivals.forget(),
  });
}
