// The model that answers is not called as the one that was asked for: aliases stand for dated ones.

const DATED: Readonly<Record<string, string>> = {
  "gpt-4o": "gpt-4o-2024-08-06",
  "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
  "gpt-4.1": "gpt-4.1-2025-04-14",
  "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
  "gpt-5": "gpt-5-2025-08-07",
  "o4-mini": "o4-mini-2025-04-16",
};

export function answeringModel(asked: unknown): string {
  const name = typeof asked === "string" ? asked : "gpt-4o-mini";
  return DATED[name] ?? name;
}

export const MODEL_IDS = Object.keys(DATED).flatMap((alias) => [alias, answeringModel(alias)]);
