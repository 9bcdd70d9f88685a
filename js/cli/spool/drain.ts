/**
 * `catalyst-tracing spool drain`: delivers what ended processes left behind, as the next process of
 * the app would, and with the same settings: those of the environment.
 */
import { Engine } from "../../engine.js";
import { type ResolvedOptions, resolveOptions } from "../../options.js";
import { withoutSecrets } from "../../options/endpoint.js";
import type { TracingStats } from "../../stats.js";
import type { Said, SpoolCall } from "../spool.js";
import { contentsOf, count, sum } from "./contents.js";

const EXIT_LEFT = 1;

interface Drained {
  readonly dir: string;
  readonly url: string;
  readonly recovered: number;
  readonly delivered: number;
  readonly lost: number;
  /** What nobody has in hand afterwards. */
  readonly left: number;
  readonly leftFor: readonly string[];
  readonly lastError: string | null;
}

export async function drainSpool(call: SpoolCall): Promise<Said | string> {
  const options = settings(call);
  if (typeof options === "string") return options;
  const { dir, native, json } = call;
  let stats: TracingStats | undefined;
  if (sum(contentsOf(native, dir), "segments") > 0) {
    const engine = new Engine(native);
    try {
      engine.configure(options);
    } catch (error) {
      return messageOf(error);
    }
    await deliver(engine, options.timeoutMs);
    await engine.shutdown(0);
    stats = engine.stats();
  }
  const left = contentsOf(native, dir).filter(({ isHeld, segments }) => !isHeld && segments > 0);
  const drained: Drained = {
    dir,
    url: withoutSecrets(options.tracesUrl),
    recovered: stats?.spool.recovered ?? 0,
    delivered: stats?.delivered ?? 0,
    lost: stats?.lost ?? 0,
    left: sum(left, "waitingSpans"),
    leftFor: [...new Set(left.map(({ destination }) => destination))].filter(Boolean),
    lastError: stats?.lastError ?? null,
  };
  const text = json === true ? `${JSON.stringify(drained, null, 2)}\n` : asText(drained);
  return { text, code: drained.left + drained.lost > 0 ? EXIT_LEFT : 0 };
}

/** The environment's, and nothing but a collector to send to. */
function settings({ dir, endpoint, all, env }: SpoolCall): ResolvedOptions | string {
  try {
    const given = { spool: dir, sink: "otlp", ...(endpoint === undefined ? {} : { endpoint }) };
    const { options } = resolveOptions(given, env);
    return { ...options, spool: options.spool && { ...options.spool, takesAll: all === true } };
  } catch (error) {
    return messageOf(error);
  }
}

/** Until nothing is left to deliver, or the collector does not take it. */
async function deliver(engine: Engine, timeoutMs: number): Promise<void> {
  for (;;) {
    const { pending, timedOut } = await engine.flush(timeoutMs + 1000);
    const { queued, spool } = engine.stats();
    if (pending > 0 || timedOut || queued + spool.orphans === 0) return;
  }
}

function asText({
  dir,
  url,
  recovered,
  delivered,
  lost,
  left,
  leftFor,
  lastError,
}: Drained): string {
  const lines = [`${dir}: delivered ${delivered} of ${count(recovered, "span")} to ${url}`];
  if (lost > 0) lines.push(`  ${count(lost, "span")} lost. ${lastError ?? ""}`);
  if (left > 0 && delivered + lost < recovered) {
    lines.push(`  ${count(left, "span")} still there. ${lastError ?? ""}`);
  } else if (left > 0) {
    lines.push(
      `  ${count(left, "span")} still there, for ${leftFor.join(", ")}. --all sends them too.`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
