/**
 * The decision whether a new span is recorded, made once per span from its trace id and its
 * parent. Runs on the hot path: numbers in, a boolean out, nothing allocated.
 *
 * The ratio decision depends on the trace id alone, in the way of opentelemetry-js, so that
 * services with the same ratio keep or drop the same traces.
 */

/** The samplers that `OTEL_TRACES_SAMPLER` can name and that exist here. */
export const SAMPLER_KINDS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

export type SamplerKind = (typeof SAMPLER_KINDS)[number];

/** A sampler as data. */
export interface SamplerSpec {
  readonly kind: SamplerKind;
  /** The share of traces that is kept, from 0 to 1; used by the two `traceidratio` kinds alone. */
  readonly ratio: number;
}

export interface Sampler {
  /**
   * @param w0 - the first four bytes of the trace id as an unsigned integer, `w1` to `w3` the rest
   * @param parentSampled - the parent's decision; `undefined` for the first span of a trace
   */
  shouldSample(
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    parentSampled: boolean | undefined,
  ): boolean;
}

const ALWAYS_ON: Sampler = { shouldSample: () => true };
const ALWAYS_OFF: Sampler = { shouldSample: () => false };

export function createSampler(spec: SamplerSpec): Sampler {
  switch (spec.kind) {
    case "always_on":
      return ALWAYS_ON;
    case "always_off":
      return ALWAYS_OFF;
    case "traceidratio":
      return ratioSampler(spec.ratio);
    case "parentbased_always_on":
      return parentBased(ALWAYS_ON);
    case "parentbased_always_off":
      return parentBased(ALWAYS_OFF);
    case "parentbased_traceidratio":
      return parentBased(ratioSampler(spec.ratio));
  }
}

function ratioSampler(ratio: number): Sampler {
  // One above the largest word, so that a ratio of 1 keeps every trace without exception.
  const bound = ratio >= 1 ? 0x1_0000_0000 : Math.floor(ratio * 0xffff_ffff);
  return {
    shouldSample: (w0, w1, w2, w3) => (w0 ^ w1 ^ w2 ^ w3) >>> 0 < bound,
  };
}

function parentBased(root: Sampler): Sampler {
  return {
    shouldSample: (w0, w1, w2, w3, parentSampled) =>
      parentSampled ?? root.shouldSample(w0, w1, w2, w3, undefined),
  };
}
