/**
 * Draws spans as a text tree, one line for each. Without durations the text holds nothing that
 * changes from run to run (no ids, no times), so that an expected tree can be committed and
 * reviewed. Never loses a span: those that hang on nothing are drawn as roots and say why.
 */

/** What is drawn of a span, as OTLP has it. */
export interface TreeSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly flags: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message: string };
}

export interface TreeOptions {
  /** How long each span took. */
  durations?: boolean | undefined;
  /** The tokens of model calls, prompt→completion, or the prompt's where there is no completion. */
  tokens?: boolean | undefined;
  /** ANSI colours, for terminals. */
  colours?: boolean | undefined;
}

interface Node {
  readonly span: TreeSpan;
  readonly key: string;
  readonly children: Node[];
  mark: string;
}

/** OTLP's names for span kinds, for spans that are not OpenInference's. */
const OTEL_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const STATUS_ERROR = 2;
/** Both bits: it is known whether the parent is remote, and it is. */
const REMOTE_PARENT_FLAGS = 0x300;

export function spanTree(spans: readonly TreeSpan[], options: TreeOptions = {}): string {
  const paint = options.colours === true ? colour : plain;
  return roots(spans)
    .flatMap((root) => draw(root, options, paint, "", ""))
    .map((line) => `${line}\n`)
    .join("");
}

function roots(spans: readonly TreeSpan[]): Node[] {
  const nodes = spans.map((span): Node => {
    return { span, key: `${span.traceId}/${span.spanId}`, children: [], mark: "" };
  });
  nodes.sort(byStart);
  const first = new Map<string, Node>();
  for (const node of nodes) {
    if (first.has(node.key)) node.mark = "a second span with this id";
    else first.set(node.key, node);
  }
  const tops: Node[] = [];
  for (const node of nodes) {
    const parent = first.get(`${node.span.traceId}/${node.span.parentSpanId}`);
    if (node.span.parentSpanId === "" || parent === undefined) {
      if (node.span.parentSpanId !== "") node.mark ||= orphanMark(node.span);
      tops.push(node);
    } else if (leadsBackTo(node, first)) {
      node.mark ||= "its parents lead in a circle";
      tops.push(node);
    } else {
      parent.children.push(node);
    }
  }
  return tops;
}

function orphanMark({ flags }: TreeSpan): string {
  return (flags & REMOTE_PARENT_FLAGS) === REMOTE_PARENT_FLAGS
    ? "its parent is remote"
    : "orphan: its parent is missing";
}

function leadsBackTo(node: Node, first: ReadonlyMap<string, Node>): boolean {
  const seen = new Set<string>();
  let key = `${node.span.traceId}/${node.span.parentSpanId}`;
  while (!seen.has(key)) {
    if (key === node.key) return true;
    seen.add(key);
    const above = first.get(key);
    if (above === undefined || above.span.parentSpanId === "") return false;
    key = `${above.span.traceId}/${above.span.parentSpanId}`;
  }
  return false;
}

function byStart(a: Node, b: Node): number {
  if (a.span.startTimeUnixNano !== b.span.startTimeUnixNano) {
    return a.span.startTimeUnixNano < b.span.startTimeUnixNano ? -1 : 1;
  }
  if (a.span.name === b.span.name) return 0;
  return a.span.name < b.span.name ? -1 : 1;
}

function draw(
  root: Node,
  options: TreeOptions,
  paint: Paint,
  firstIndent: string,
  indent: string,
): string[] {
  const lines = [`${paint("dim", firstIndent)}${describe(root, options, paint)}`];
  root.children.forEach((child, index) => {
    const last = index === root.children.length - 1;
    const branch = `${indent}${last ? "└─ " : "├─ "}`;
    lines.push(...draw(child, options, paint, branch, `${indent}${last ? "   " : "│  "}`));
  });
  return lines;
}

function describe({ span, mark }: Node, options: TreeOptions, paint: Paint): string {
  const parts = [paint("bold", oneLine(span.name)), paint("cyan", `[${kindOf(span)}]`)];
  if (options.durations === true) parts.push(paint("dim", duration(span)));
  const tokens = options.tokens === true ? tokenCounts(span) : "";
  if (tokens !== "") parts.push(paint("dim", tokens));
  if (span.status.code === STATUS_ERROR) {
    const { message } = span.status;
    parts.push(paint("red", message === "" ? "ERROR" : `ERROR: ${oneLine(message)}`));
  }
  if (mark !== "") parts.push(paint("yellow", `(${mark})`));
  return parts.join(" ");
}

function kindOf({ attributes, kind }: TreeSpan): string {
  const openInference = attributes["openinference.span.kind"];
  if (typeof openInference === "string") return oneLine(openInference);
  return OTEL_KINDS[kind] ?? `kind ${kind}`;
}

function duration({ startTimeUnixNano, endTimeUnixNano }: TreeSpan): string {
  const ms = Number(endTimeUnixNano - startTimeUnixNano) / 1e6;
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`;
}

/** What reads and does not answer, such as an embedding, has a prompt alone. */
function tokenCounts({ attributes }: TreeSpan): string {
  const prompt = numberIn(attributes["llm.token_count.prompt"]);
  const completion = numberIn(attributes["llm.token_count.completion"]);
  if (prompt === undefined && completion === undefined) return "";
  const shown = completion === undefined ? prompt : `${prompt ?? "?"}→${completion}`;
  return `${shown} tokens`;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** A name or a message may hold line breaks, which would break the tree. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => JSON.stringify(char).slice(1, -1));
}

const ANSI = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 } as const;
type Paint = (style: keyof typeof ANSI, text: string) => string;

const plain: Paint = (_style, text) => text;
const colour: Paint = (style, text) =>
  text === "" ? "" : `\u001b[${ANSI[style]}m${text}\u001b[0m`;
