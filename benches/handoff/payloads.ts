/**
 * The spans that every contender records: TINY with six short attributes, SMALL and LARGE with one
 * chat completion each, see `../support/chat-payloads.ts`.
 */
import type { Span } from "@opentelemetry/api";

import { CHAT_SIZES } from "../support/chat-payloads.js";

export const SIZES = ["TINY", ...CHAT_SIZES] as const;
export type Size = (typeof SIZES)[number];

export const TINY_SPAN_NAME = "step";
export const TINY_INDEX_ATTRIBUTE = "app.index";

/** The six attributes of a TINY span, set one by one as application code does. */
export function setTinyAttributes(span: Span, index: number): void {
  span.setAttribute("app.step", "retrieve");
  span.setAttribute(TINY_INDEX_ATTRIBUTE, index);
  span.setAttribute("app.cached", true);
  span.setAttribute("app.score", 0.25);
  span.setAttribute("session.id", "session-4711");
  span.setAttribute("user.id", "user-42");
}
