/**
 * Whether the endpoint answers, in which encoding, and what it says.
 */
import type { ResolvedOptions } from "../../options.js";
import { withoutSecrets } from "../../options/endpoint.js";
import type { Finding } from "../report.js";
import { type Answer, ask, type Encoding } from "./ask.js";
import { proxyFor } from "./proxy.js";
import { judgeFault, judgeStatus } from "./verdicts.js";

const OTHER: Record<Encoding, Encoding> = {
  "http/protobuf": "http/json",
  "http/json": "http/protobuf",
};

const UNSUPPORTED_MEDIA_TYPE = 415;

/** What was found at one destination. */
export interface Inspected {
  readonly findings: readonly Finding[];
  /** The same as data. */
  readonly facts: object;
}

/** Of the top level: the environment can name no other. */
export async function inspectCollector(options: ResolvedOptions): Promise<Inspected> {
  const shown = withoutSecrets(options.tracesUrl);
  const proxy = proxyFor(new URL(options.tracesUrl), options.proxy);
  const way: Finding[] =
    proxy === undefined ? [] : [{ level: "note", text: `through the proxy ${proxy.origin}` }];
  let encoding = options.protocol;
  try {
    let answer = await ask(options, encoding);
    if (answer.status === UNSUPPORTED_MEDIA_TYPE) {
      encoding = OTHER[encoding];
      answer = await ask(options, encoding);
    }
    const findings = [...way, ...judge(answer, shown, encoding, options.protocol)];
    return { findings, facts: { url: shown, encoding, ...answer } };
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    const findings = [...way, judgeFault(error, shown, proxy?.origin)];
    return { findings, facts: { url: shown, fault: code ?? String(error) } };
  }
}

function judge(
  { status, message }: Answer,
  shown: string,
  encoding: Encoding,
  wanted: Encoding,
): Finding[] {
  const finding = judgeStatus(status, message, shown, encoding);
  if (encoding === wanted || finding.level !== "ok") return [finding];
  const mend = `OTEL_EXPORTER_OTLP_PROTOCOL=${encoding} saves the first request.`;
  return [{ ...finding, text: `${finding.text}, not as ${wanted}`, mend }];
}
