// Moderations: an input is flagged when it names a category, or when a script says so.

import { list } from "./json.js";
import { jsonReply } from "./reply.js";
import type { Script } from "./script.js";

const CATEGORIES = [
  "harassment",
  "harassment/threatening",
  "hate",
  "hate/threatening",
  "illicit",
  "illicit/violent",
  "self-harm",
  "self-harm/instructions",
  "self-harm/intent",
  "sexual",
  "sexual/minors",
  "violence",
  "violence/graphic",
] as const;

const FLAGGED_SCORE = 0.97;
const QUIET_SCORE = 0.0001;

export const moderations: Script = ({ body }, { ids }) => {
  const { input, model } = body;
  const parts = typeof input === "string" ? [input] : list(input);
  // A list of texts is many inputs, a list of parts is one.
  const inputs = parts.every((part) => typeof part === "string") ? parts : [input];
  const results = inputs.map(result);
  return jsonReply({
    id: ids.next("modr", "-"),
    model: model ?? "omni-moderation-latest",
    results,
  });
};

function result(input: unknown): Record<string, unknown> {
  const said = JSON.stringify(input);
  const named = (category: string): boolean => said.includes(category);
  const each = <T>(value: (category: string) => T): Record<string, T> =>
    Object.fromEntries(CATEGORIES.map((category) => [category, value(category)]));
  return {
    flagged: CATEGORIES.some(named),
    categories: each(named),
    category_scores: each((category) => (named(category) ? FLAGGED_SCORE : QUIET_SCORE)),
    category_applied_input_types: each((category) => (named(category) ? ["text"] : [])),
  };
}
