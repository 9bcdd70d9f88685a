/** The loop without any tracing: the floor under every figure in the tables. */
import type { Contender } from "./contender.js";

export function empty(): Contender {
  return {
    start: () => Promise.resolve(),
    tiny() {},
    llm() {},
    flush: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
