/** Makes the calls, through a client of `openai`. */
import { sdk } from "../../__tests__/support/sdks.js";
import type { ChatRequest, ChatResponse } from "../support/chat.js";
import { chatPayloads } from "../support/chat-payloads.js";
import { runChild } from "../support/clients/child.js";
import type { Operation } from "../support/clients/child.js";
import type { Job } from "../support/clients/job.js";
import { STREAMED } from "./workloads.js";

/** As much of the SDK's types as is used here. */
interface Client {
  chat: {
    completions: {
      create(request: ChatRequest): Promise<ChatResponse>;
      create(
        request: ChatRequest & { stream: true; stream_options: { include_usage: true } },
      ): Promise<AsyncIterable<unknown>>;
    };
  };
}

interface OpenAiModule {
  OpenAI: new (options: { apiKey: string; baseURL: string }) => Client;
}

const { OpenAI } = (await sdk("openai-6").importEsm()) as OpenAiModule;

function start({ workload, modelUrl }: Job): Operation {
  const { completions } = new OpenAI({ apiKey: "none", baseURL: modelUrl }).chat;
  const requests = chatPayloads("SMALL").map(({ request }) => request);
  const requestOf = (index: number): ChatRequest => {
    const request = requests[index % requests.length];
    if (request === undefined) throw new Error("There are no requests.");
    return request;
  };
  if (workload !== STREAMED.name) {
    return async (index) => {
      const { choices } = await completions.create(requestOf(index));
      if (typeof choices[0]?.message.content !== "string")
        throw new Error("The answer has no text.");
    };
  }
  return async (index) => {
    const stream = await completions.create({
      ...requestOf(index),
      stream: true,
      stream_options: { include_usage: true },
    });
    let chunks = 0;
    for await (const _ of stream) chunks += 1;
    if (chunks !== STREAMED.chunks) throw new Error(`The stream had ${chunks} chunks.`);
  };
}

await runChild({ openai: OpenAI }, start);
