// What the collector's tests have in common: posting a request, and holding something back.

import type { Collector } from "./collector.js";
import { send, type Reply } from "./http-client.js";
import { protobufBody, sampleRequest } from "./sample-request.js";

export const PROTOBUF = { "content-type": "application/x-protobuf" };
export const JSON_TYPE = { "content-type": "application/json" };

export async function post(
  collector: Collector,
  body: Uint8Array = protobufBody(sampleRequest),
  headers: Record<string, string> = PROTOBUF,
): Promise<Reply> {
  return await send(`${collector.url}/v1/traces`, { method: "POST", headers, body });
}

/** A promise and the function that resolves it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
