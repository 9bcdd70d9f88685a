/**
 * The part of OpenAI's chat completion format that the benchmark's payloads use.
 */
interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string | null;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
}

export interface ChatTool {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools: ChatTool[];
  temperature: number;
  top_p: number;
  max_completion_tokens: number;
  user: string;
}

export interface ChatResponse {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: { index: number; message: ChatMessage & { refusal: null }; finish_reason: string }[];
  usage: {
    prompt_tokens: number;
    completion_tokens: number;
    total_tokens: number;
    prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
    completion_tokens_details: { reasoning_tokens: number; audio_tokens: number };
  };
  service_tier: string;
  system_fingerprint: string;
}

/** One chat completion to trace; `name` is its span's name and unlike any other payload's. */
export interface ChatPayload {
  name: string;
  request: ChatRequest;
  response: ChatResponse;
}
