/**
 * What is left of a snapshot when payloads must not be recorded: which model, how it ended, and what
 * it cost.
 */
import type { PartKind } from "../../handoff/parts.js";
import { type Fields, fieldsOf } from "./fields.js";

export function outline(kind: PartKind, value: unknown): unknown {
  if (kind === "openai.call") return value;
  if (kind.endsWith(".request")) return pick(fieldsOf(value), ["model", "stream"]);
  if (kind === "openai.error") {
    return pick(fieldsOf(value), ["name", "status", "code", "type", "requestId", "aborted"]);
  }
  return answer(fieldsOf(value));
}

function answer(value: Fields): Fields {
  const kept = pick(value, [
    "id",
    "object",
    "type",
    "model",
    "created",
    "created_at",
    "status",
    "usage",
  ]);
  const { choices, response } = value;
  if (Array.isArray(choices)) {
    const ends = (choices as unknown[]).map((choice) =>
      pick(fieldsOf(choice), ["index", "finish_reason"]),
    );
    return { ...kept, choices: ends };
  }
  return response === undefined ? kept : { ...kept, response: answer(fieldsOf(response)) };
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  );
}
