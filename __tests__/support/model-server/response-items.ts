// The output items of a response, as they are when they are finished. A script gives what matters;
// ids and statuses are filled in here, and what a request did not ask for is left out.

import { argumentText, type FunctionCall } from "./chat.js";
import type { Ids } from "./ids.js";
import { list, object, type JsonObject } from "./json.js";

/** An item of the API's own shape; `id`, `call_id` and `status` may be left out. */
export type Item = JsonObject & { type: string };

/** How ids of an item begin. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
  web_search_call: "ws",
  file_search_call: "fs",
  code_interpreter_call: "ci",
  computer_call: "cu",
  image_generation_call: "ig",
  mcp_list_tools: "mcpl",
  mcp_call: "mcp",
  mcp_approval_request: "mcpr",
  local_shell_call: "lsh",
  shell_call: "sh",
  apply_patch_call: "apc",
  compaction: "cmp",
};

const CALLED_BACK = new Set([
  "function_call",
  "custom_tool_call",
  "computer_call",
  "local_shell_call",
  "shell_call",
  "apply_patch_call",
]);

const WITHOUT_STATUS = new Set([
  "reasoning",
  "custom_tool_call",
  "mcp_list_tools",
  "mcp_approval_request",
  "compaction",
]);

export function finished(item: Item, ids: Ids, include: unknown): Item {
  const { type } = item;
  const made: Item = { id: ids.next(ID_PREFIXES[type] ?? type), ...item };
  if (CALLED_BACK.has(type)) made["call_id"] ??= ids.next("call");
  if (!WITHOUT_STATUS.has(type)) made["status"] ??= "completed";
  return asked(made, new Set(list(include)));
}

/** What is only sent to those who ask for it. */
function asked(item: Item, include: ReadonlySet<unknown>): Item {
  switch (item.type) {
    case "reasoning": {
      const { encrypted_content, ...rest } = item;
      return include.has("reasoning.encrypted_content") ? { ...rest, encrypted_content } : rest;
    }
    case "file_search_call":
      return include.has("file_search_call.results") ? item : { ...item, results: null };
    case "code_interpreter_call":
      return include.has("code_interpreter_call.outputs") ? item : { ...item, outputs: null };
    case "web_search_call": {
      const { sources, ...action } = object(item["action"]);
      const wanted = include.has("web_search_call.action.sources") && sources !== undefined;
      return { ...item, action: wanted ? { ...action, sources } : action };
    }
    default:
      return item;
  }
}

function message(content: readonly JsonObject[], fields: JsonObject = {}): Item {
  return { type: "message", role: "assistant", content, ...fields };
}

function part(text: string, annotations: readonly JsonObject[] = []): JsonObject {
  return { type: "output_text", text, annotations, logprobs: [] };
}

interface Thoughts {
  summary?: readonly string[];
  /** The thoughts themselves, of models that show them. */
  content?: readonly string[];
  encrypted?: string;
}

interface McpCall extends FunctionCall {
  server: string;
  output?: string;
  error?: unknown;
}

export const items = {
  message,
  text: (text: string, annotations?: readonly JsonObject[]) => message([part(text, annotations)]),
  /** One message of several parts. */
  texts: (texts: readonly string[]) => message(texts.map((text) => part(text))),
  refusal: (refusal: string) => message([{ type: "refusal", refusal }]),
  reasoning: ({ summary = [], content, encrypted = "gAAAA-encrypted" }: Thoughts): Item => ({
    type: "reasoning",
    summary: summary.map((text) => ({ type: "summary_text", text })),
    ...(content && { content: content.map((text) => ({ type: "reasoning_text", text })) }),
    encrypted_content: encrypted,
  }),
  functionCall: (call: FunctionCall): Item => ({
    type: "function_call",
    name: call.name,
    arguments: argumentText(call),
    ...(call.id !== undefined && { call_id: call.id }),
  }),
  customCall: (name: string, input: string): Item => ({ type: "custom_tool_call", name, input }),
  webSearch: (query: string, sources: readonly string[] = []): Item => ({
    type: "web_search_call",
    action: { type: "search", query, sources: sources.map((url) => ({ type: "url", url })) },
  }),
  fileSearch: (queries: readonly string[], results: readonly JsonObject[] = []): Item => ({
    type: "file_search_call",
    queries,
    results,
  }),
  codeInterpreter: (code: string, logs = ""): Item => ({
    type: "code_interpreter_call",
    code,
    container_id: "cntr_0001",
    outputs: [{ type: "logs", logs }],
  }),
  computer: (action: JsonObject): Item => ({
    type: "computer_call",
    action,
    pending_safety_checks: [],
  }),
  image: (base64: string, prompt: string): Item => ({
    type: "image_generation_call",
    result: base64,
    revised_prompt: prompt,
    background: "opaque",
    output_format: "png",
    quality: "low",
    size: "1024x1024",
  }),
  mcpTools: (server: string, names: readonly string[]): Item => ({
    type: "mcp_list_tools",
    server_label: server,
    tools: names.map((name) => ({
      name,
      description: `Does ${name}.`,
      input_schema: { type: "object", properties: {} },
      annotations: null,
    })),
  }),
  mcpCall: ({ server, output, error = null, ...call }: McpCall): Item => ({
    type: "mcp_call",
    server_label: server,
    name: call.name,
    arguments: argumentText(call),
    output: error === null ? (output ?? null) : null,
    error,
    approval_request_id: null,
    ...(error !== null && { status: "failed" }),
  }),
  mcpApproval: (server: string, call: FunctionCall): Item => ({
    type: "mcp_approval_request",
    server_label: server,
    name: call.name,
    arguments: argumentText(call),
  }),
};
