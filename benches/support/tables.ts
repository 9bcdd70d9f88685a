/** Figures and tables as Markdown, the same way in all benchmarks. */
import { cpus } from "node:os";

/** Three digits that matter, and no exponent. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function withRatio(value: number, ours: number | undefined): string {
  return ours === undefined ? figure(value) : `${figure(value)} (${figure(value / ours)}×)`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|---${"|--:".repeat(head.length - 1)}|`, ...rows.map(line)].join("\n");
}

/** What the figures were taken on. */
export function machine(): string {
  const [cpu] = cpus();
  const model = cpu?.model.trim() ?? "an unknown processor";
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores (${model})`;
}
