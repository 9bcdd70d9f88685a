/**
 * What is recorded of something that was thrown, under OpenTelemetry's names. Anything can be
 * thrown, and any property of it can throw in turn.
 */
import type { Attributes } from "@opentelemetry/api";

import { type Fields, nameText, read } from "../handoff/stand-ins.js";
import { withCauses } from "./causes.js";

export function exceptionAttributes(exception: unknown): Attributes {
  if (typeof exception !== "object" || exception === null) {
    return exception === undefined ? {} : { "exception.message": nameText(exception ?? "null") };
  }
  const field = (name: string) => textOf(read(exception as Fields, name));
  const attributes: Attributes = {};
  const type = field("code") ?? field("name") ?? constructorName(exception);
  const message = field("message");
  const stack = withCauses(exception, field("stack"));
  if (type !== undefined) attributes["exception.type"] = type;
  if (message !== undefined) attributes["exception.message"] = message;
  if (stack !== undefined) attributes["exception.stacktrace"] = stack;
  return attributes;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" ? String(value) : undefined;
}

function constructorName(object: object): string | undefined {
  const constructor = read(object as Fields, "constructor");
  return typeof constructor === "function" ? textOf(constructor.name) : undefined;
}
