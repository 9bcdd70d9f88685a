/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name.
 */
import { SAMPLER_KINDS, type SamplerSpec } from "../capture/sampler.js";
import { ignoredVariable, type Lookup } from "./lookup.js";

const KIND_VARIABLE = "OTEL_TRACES_SAMPLER";
const RATIO_VARIABLE = "OTEL_TRACES_SAMPLER_ARG";

export function resolveSampler(lookup: Lookup): SamplerSpec {
  const text = lookup.variable(KIND_VARIABLE);
  const kind = SAMPLER_KINDS.find((name) => name === text?.toLowerCase());
  if (text !== undefined && kind === undefined) {
    lookup.warn(ignoredVariable(KIND_VARIABLE, text, `one of ${SAMPLER_KINDS.join(", ")}`));
  }
  lookup.sources["sampler"] = kind === undefined ? "default" : KIND_VARIABLE;
  const spec = { kind: kind ?? "parentbased_always_on", ratio: 1 } as const;
  return spec.kind.endsWith("traceidratio") ? { ...spec, ratio: readRatio(lookup) } : spec;
}

function readRatio(lookup: Lookup): number {
  const text = lookup.variable(RATIO_VARIABLE);
  if (text === undefined) return 1;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  const wants = "a ratio from 0 to 1, such as 0.25";
  lookup.warn(`${ignoredVariable(RATIO_VARIABLE, text, wants)} All traces are kept.`);
  return 1;
}
