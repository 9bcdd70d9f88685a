/**
 * What the doctor found, and how it is printed: as text for people, or as JSON for programs.
 */

/** `loss`: spans are lost, or never made, while this is so. */
export type Level = "ok" | "note" | "warning" | "loss";

export interface Finding {
  readonly level: Level;
  readonly text: string;
  /** What to do about it. */
  readonly mend?: string;
}

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
  /** The same as data. */
  readonly facts: unknown;
}

const LABELS: Record<Level, string> = {
  ok: "ok  ",
  note: "    ",
  warning: "WARN",
  loss: "LOSS",
};

const COLOURS: Record<Level, string> = { ok: "32", note: "0", warning: "33", loss: "31" };

export function countLosses(sections: readonly Section[]): number {
  return sections.flatMap(({ findings }) => findings).filter(({ level }) => level === "loss")
    .length;
}

export function asText(sections: readonly Section[], isColoured: boolean): string {
  const paint = (text: string, code: string): string =>
    isColoured ? `\u001B[${code}m${text}\u001B[0m` : text;
  const lines = sections.flatMap(({ title, findings }) => [
    paint(title, "1"),
    ...findings.flatMap(({ level, text, mend }) => [
      `  ${paint(LABELS[level], COLOURS[level])}  ${text}`,
      ...(mend === undefined ? [] : [`        ${mend}`]),
    ]),
    "",
  ]);
  return [...lines, paint(verdict(sections), "1"), ""].join("\n");
}

export function asJson(sections: readonly Section[]): string {
  const report = {
    losesSpans: countLosses(sections) > 0,
    sections: Object.fromEntries(
      sections.map(({ title, facts, findings }) => [title.toLowerCase(), { facts, findings }]),
    ),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function verdict(sections: readonly Section[]): string {
  const losses = countLosses(sections);
  if (losses === 0) return "Nothing was found that loses spans.";
  return `${losses} ${losses === 1 ? "fault loses" : "faults lose"} spans; see LOSS above.`;
}
