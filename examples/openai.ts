/** `openai`, from `.sdks/`, with as much of its types as the demo uses. */
import { sdk } from "../__tests__/support/sdks.js";

export interface ToolCall {
  id: string;
  function: { name: string; arguments: string };
}

export interface Message {
  role: string;
  content: string | null;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
}

interface Request {
  model: string;
  messages: Message[];
  tools?: object[];
}

interface Chunk {
  choices: { delta: { content?: string | null } }[];
}

interface Client {
  chat: {
    completions: {
      create(request: Request): Promise<{ choices: { message: Message }[] }>;
      create(
        request: Request & { stream: true; stream_options: { include_usage: true } },
      ): Promise<AsyncIterable<Chunk>>;
    };
  };
  embeddings: {
    create(request: { model: string; input: string }): Promise<{ data: { embedding: number[] }[] }>;
  };
}

interface OpenAiModule {
  OpenAI: new (options: { apiKey: string; baseURL: string }) => Client;
}

export const { OpenAI } = (await sdk("openai-6").importEsm()) as OpenAiModule;
