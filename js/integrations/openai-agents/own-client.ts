/**
 * The SDK may have another copy of the `openai` package than the app: the class of the client that
 * its models use is looked up on one of them, where they show it.
 */
import type { Tracer } from "@opentelemetry/api";

import { faultless } from "../guard.js";
import { fieldsOf, isFunction } from "../openai/fields.js";
import { openai } from "../openai/index.js";
import type { AgentsSdk } from "./sdk.js";

export function instrumentOwnClient({ OpenAIProvider }: AgentsSdk, tracer?: Tracer): void {
  if (!isFunction(OpenAIProvider)) return;
  const model = new OpenAIProvider({ apiKey: "unused" }).getModel("unused");
  const use = (known: unknown): void => {
    const { constructor: client } = fieldsOf(fieldsOf(known)["_client"]);
    if (isFunction(client) && client !== Object) openai.install(client, tracer);
  };
  if (!(model instanceof Promise)) return use(model);
  model.then(
    (known) => faultless(() => use(known)),
    () => undefined,
  );
}
