// The flags of `hide`, and secrets planted in what is traced. A secret is looked for in the bytes
// that arrived, wherever it may stand there.

import assert from "node:assert/strict";

import type { HideOptions } from "catalyst-tracing";

import type { Collector } from "../support/collector.js";

export type Flag = Exclude<keyof HideOptions, "base64ImageMaxLength">;

export const FLAGS = [
  "inputs",
  "outputs",
  "inputMessages",
  "outputMessages",
  "inputImages",
  "inputText",
  "outputText",
  "prompts",
  "choices",
  "llmTools",
  "llmInvocationParameters",
  "embeddingsVectors",
  "embeddingsText",
] as const satisfies readonly Flag[];

/** By the role that a secret plays: the flags of which each alone hides it. */
export const HIDERS = {
  /** Said to a model in a message. */
  question: ["inputs", "inputMessages", "inputText"],
  /** Said by a model in a message. */
  answer: ["outputs", "outputMessages", "outputText"],
  /** An image that a model has made. */
  drawing: ["outputs", "outputMessages"],
  image: ["inputs", "inputMessages", "inputImages"],
  tool: ["inputs", "llmTools"],
  parameter: ["inputs", "inputMessages", "inputText", "llmInvocationParameters"],
  /** How something else than a model for messages is asked. */
  setting: ["inputs", "inputText", "llmInvocationParameters"],
  prompt: ["inputs", "inputText", "prompts"],
  choice: ["outputs", "outputText", "choices"],
  vector: ["outputs", "embeddingsVectors"],
  embedded: ["inputs", "inputText", "embeddingsText"],
  /** What a step of the app's takes that has to do with no message. */
  input: ["inputs", "inputText"],
  output: ["outputs", "outputText"],
  /** In the words of an error. */
  error: FLAGS.filter((flag) => flag !== "embeddingsVectors"),
} as const satisfies Record<string, readonly Flag[]>;

export type Role = keyof typeof HIDERS;

/** Like no other text, and like no credential: what hides it is the flag. */
export function secret(role: Role, place = ""): string {
  return `zebra${role}${place}orchid`;
}

/** A vector's secret is a number, which goes over the wire as eight bytes. */
export const VECTOR = [0.123456789012345, 0.5];

/** The bytes of one that is planted. */
function bytesOf(planted: Planted): Buffer {
  if (planted.role !== "vector") return Buffer.from(secret(planted.role, planted.place));
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(VECTOR[0] ?? 0);
  return bytes;
}

export interface Planted {
  readonly role: Role;
  readonly place?: string;
}

/** Where a secret arrived, for people to read; undefined where it did not. */
function placeOf(collector: Collector, planted: Planted): string | undefined {
  const wanted = bytesOf(planted);
  for (const { body } of collector.requests) {
    const at = body.indexOf(wanted);
    if (at !== -1) return body.subarray(Math.max(0, at - 200), at + 60).toString("latin1");
  }
  return undefined;
}

export function assertArrived(collector: Collector, planted: readonly Planted[]): void {
  for (const each of planted) {
    const { role, place = "" } = each;
    assert.ok(placeOf(collector, each) !== undefined, `${role} ${place} is nowhere`);
  }
}

/** That what these flags hide is nowhere in the bytes. */
export function assertHidden(
  collector: Collector,
  flags: readonly Flag[],
  planted: readonly Planted[],
): void {
  for (const each of planted) {
    const hiders: readonly Flag[] = HIDERS[each.role];
    if (!hiders.some((flag) => flags.includes(flag))) continue;
    const { role, place = "" } = each;
    assert.equal(placeOf(collector, each), undefined, `${role} ${place} with ${flags.join()}`);
  }
}
