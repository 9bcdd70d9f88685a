/**
 * The resource as span processors of OpenTelemetry JS read it, in SDK 1.x and 2.x.
 */
import type { Attributes } from "@opentelemetry/api";

import type { ReadableResource } from "./capture/recorder.js";

export function readableResource(attributes: Attributes): ReadableResource {
  return {
    attributes,
    asyncAttributesPending: false,
    waitForAsyncAttributes: () => Promise.resolve(),
    getRawAttributes: () => Object.entries(attributes),
    merge: (other) => readableResource({ ...attributes, ...other?.attributes }),
  };
}
