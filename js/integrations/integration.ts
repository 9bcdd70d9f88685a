/**
 * The shape that every integration has: it takes an SDK's module and patches it in place, once.
 */
import type { Tracer } from "@opentelemetry/api";

import type { InstrumentModules } from "../options.js";

export interface Installation {
  /** The SDK's version, where it tells. */
  readonly version?: string;
  /** How many prototypes were newly patched; 0 when all of them had been patched before. */
  readonly patched: number;
}

export interface Integration {
  /** The name under which `setup({ modules })` takes the SDK. */
  readonly name: keyof InstrumentModules;
  /** What the SDK is called on npm. */
  readonly packageName: string;
  /**
   * Patches the SDK; throws an `InvalidSdkInputError` for what is not the SDK.
   * @param tracer - whose spans are made; by default the tracer of whatever tracing runs at a call
   */
  install(module: unknown, tracer?: Tracer): Installation;
}
