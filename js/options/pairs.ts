/**
 * Lists in variables: `key=value` pairs with commas between them, percent-encoded, as OpenTelemetry
 * writes headers and resource attributes.
 */

type PairOrProblem =
  | { readonly key: string; readonly value: string }
  /** What is wrong, without the value: it may be a credential. */
  | { readonly problem: string };

export function parsePairs(text: string): PairOrProblem[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry, index) => parsePair(entry, `entry ${index + 1}`));
}

function parsePair(entry: string, position: string): PairOrProblem {
  const split = entry.indexOf("=");
  if (split < 1) return { problem: `${position} is not of the form key=value` };
  try {
    const key = decodeURIComponent(entry.slice(0, split).trim());
    return { key, value: decodeURIComponent(entry.slice(split + 1).trim()) };
  } catch {
    return { problem: `${position} is not percent-encoded properly (a lone "%" is written %25)` };
  }
}
