/**
 * A finished span as a test reads it: that of hooks, with the values that an attribute can have on
 * the wire.
 */
import {
  type FinishedEvent,
  type FinishedLink,
  type FinishedSpan,
  type FinishedStatus,
  toFinishedSpan,
} from "../hooks/finished-span.js";
import type { TestAttributes, WireSpan } from "./request.js";

export type TestEvent = FinishedEvent<TestAttributes>;
export type TestLink = FinishedLink<TestAttributes>;
export type TestStatus = FinishedStatus;
/** A finished span, decoded as a collector gets it. */
export type TestSpan = FinishedSpan<TestAttributes>;

export function toTestSpan(span: WireSpan): TestSpan {
  return toFinishedSpan(span);
}
