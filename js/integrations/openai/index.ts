/**
 * The integration for the `openai` package, versions 4 to 7: patches the prototypes of the API's
 * resources, so that every client is traced, also one that was made before.
 */
import type { Tracer } from "@opentelemetry/api";

import { InvalidSdkInputError } from "../../errors.js";
import { warnOnce } from "../../log.js";
import type { Installation, Integration } from "../integration.js";
import { type TracerInput, tracerFrom } from "../../tracer-input.js";
import { OPERATIONS } from "./operations.js";
import { patchOperation } from "./patch.js";
import { patchRetries } from "./retries.js";
import { clientClasses, versionOf } from "./sdk.js";
import { patchSending } from "./sending.js";

export const openai: Integration = { name: "openai", packageName: "openai", install };

function install(module: unknown, tracer?: Tracer): Installation {
  const classes = clientClasses(module);
  const outcomes = classes.flatMap((client) => {
    patchRetries(client);
    patchSending(client);
    return OPERATIONS.map((operation) => patchOperation(client, operation, tracer));
  });
  if (outcomes.every((outcome) => outcome === "left")) {
    warnOnce("the openai package is frozen, so that its calls cannot be traced.", "openai frozen");
  }
  const patched = outcomes.filter((outcome) => outcome === "replaced").length;
  const version = versionOf(classes[0]);
  return { patched, ...(version !== undefined && { version }) };
}

/**
 * Traces all calls of the `openai` package from now on, by clients old and new.
 * @param module - the `OpenAI` class, the package's namespace, or what `require("openai")` returns
 * @param tracer - where spans go, if not to the tracing that `setup()` has started: a tracer, a
 *   provider, or a handle that has one
 * @returns the module
 * @throws InvalidSdkInputError, InvalidTracerInputError
 */
export function instrumentOpenAI<Module>(module: Module, tracer?: TracerInput | null): Module {
  install(module, tracerFrom(tracer));
  return module;
}

/**
 * As `instrumentOpenAI`, for an SDK that may not be there: says whether the module is the SDK.
 * @throws InvalidTracerInputError
 */
export function installOpenAIInstrumentation(
  module: unknown,
  tracer?: TracerInput | null,
): boolean {
  const chosen = tracerFrom(tracer);
  try {
    install(module, chosen);
    return true;
  } catch (error) {
    if (error instanceof InvalidSdkInputError) return false;
    throw error;
  }
}
