/**
 * OpenInference's names for attributes and their values, and the few of this package's own, as
 * constants for code that sets or reads attributes.
 */

/** Attribute keys. */
export const Attr = Object.freeze({
  SPAN_KIND: "openinference.span.kind",

  INPUT_VALUE: "input.value",
  INPUT_MIME_TYPE: "input.mime_type",
  OUTPUT_VALUE: "output.value",
  OUTPUT_MIME_TYPE: "output.mime_type",

  SESSION_ID: "session.id",
  USER_ID: "user.id",
  METADATA: "metadata",
  TAGS: "tag.tags",

  AGENT_ID: "agent.id",
  AGENT_NAME: "agent.name",
  AGENT_ROLE: "agent.role",
  AGENT_OUTCOME: "agent.outcome",
  AGENT_STOP_REASON: "agent.stop_reason",
  AGENT_FINALIZED: "agent.finalized",
  AGENT_LLM_CALL_COUNT: "agent.llm_call_count",
  AGENT_TOOL_CALL_COUNT: "agent.tool_call_count",

  SYSTEM: "gen_ai.system",
  LLM_SYSTEM: "llm.system",
  LLM_PROVIDER: "llm.provider",
  MODEL_NAME: "llm.model_name",
  INVOCATION_PARAMETERS: "llm.invocation_parameters",
  LLM_TOOLS: "llm.tools",
  LLM_FUNCTIONS: "llm.functions",
  LLM_TOOL_CHOICE: "llm.tool_choice",
  LLM_RESPONSE_FORMAT: "llm.response_format",
  LLM_USAGE: "llm.usage",
  STREAMING: "llm.streaming",
  FINISH_REASON: "llm.finish_reason",

  TOKEN_COUNT_PROMPT: "llm.token_count.prompt",
  TOKEN_COUNT_COMPLETION: "llm.token_count.completion",
  TOKEN_COUNT_TOTAL: "llm.token_count.total",
  TOKEN_COUNT_PROMPT_CACHE_READ: "llm.token_count.prompt_details.cache_read",
  TOKEN_COUNT_PROMPT_CACHE_WRITE: "llm.token_count.prompt_details.cache_write",
  TOKEN_COUNT_PROMPT_AUDIO: "llm.token_count.prompt_details.audio",
  TOKEN_COUNT_COMPLETION_REASONING: "llm.token_count.completion_details.reasoning",
  TOKEN_COUNT_COMPLETION_AUDIO: "llm.token_count.completion_details.audio",

  TOOL_NAME: "tool.name",
  TOOL_DESCRIPTION: "tool.description",
  TOOL_PARAMETERS: "tool.parameters",
  TOOL_CALL_ID: "tool_call.id",
  TOOL_RESULT_MISSING: "tool.result.missing",

  GRAPH_NODE_ID: "graph.node.id",
  GRAPH_NODE_NAME: "graph.node.name",
  GRAPH_NODE_PARENT_ID: "graph.node.parent_id",

  EMBEDDING_MODEL_NAME: "embedding.model_name",
  RERANKER_QUERY: "reranker.query",
  RERANKER_MODEL_NAME: "reranker.model_name",
  RERANKER_TOP_K: "reranker.top_k",
} as const);

/** The kinds of span that OpenInference knows: values of {@link Attr.SPAN_KIND}. */
export const SpanKindValues = Object.freeze({
  AGENT: "AGENT",
  LLM: "LLM",
  TOOL: "TOOL",
  CHAIN: "CHAIN",
  RETRIEVER: "RETRIEVER",
  EMBEDDING: "EMBEDDING",
  RERANKER: "RERANKER",
  GUARDRAIL: "GUARDRAIL",
  EVALUATOR: "EVALUATOR",
  PROMPT: "PROMPT",
} as const);

export type SpanKindValue = (typeof SpanKindValues)[keyof typeof SpanKindValues];

/** Who speaks in a message. */
export const MessageRole = Object.freeze({
  SYSTEM: "system",
  DEVELOPER: "developer",
  USER: "user",
  ASSISTANT: "assistant",
  TOOL: "tool",
  FUNCTION: "function",
  UNKNOWN: "unknown",
} as const);

export type MessageRoleValue = (typeof MessageRole)[keyof typeof MessageRole];

/**
 * Keys that have a number in them. Those of a message take the prefix that the first two make:
 * `OpenInferenceAttribute.content(OpenInferenceAttribute.inputMessagePrefix(0))`.
 */
export const OpenInferenceAttribute = Object.freeze({
  inputMessagePrefix: (index: number): string => `llm.input_messages.${index}.message`,
  outputMessagePrefix: (index: number): string => `llm.output_messages.${index}.message`,
  role: (message: string): string => `${message}.role`,
  content: (message: string): string => `${message}.content`,
  toolCallId: (message: string): string => `${message}.tool_call_id`,
  toolCallPrefix: (message: string, index: number): string =>
    `${message}.tool_calls.${index}.tool_call`,
  toolCallIdentifier: (toolCall: string): string => `${toolCall}.id`,
  toolCallFunctionName: (toolCall: string): string => `${toolCall}.function.name`,
  toolCallFunctionArguments: (toolCall: string): string => `${toolCall}.function.arguments`,
  toolCallJson: (toolCall: string): string => `${toolCall}.json`,
  toolJsonSchema: (index: number): string => `llm.tools.${index}.tool.json_schema`,
  documentPrefix: (index: number): string => `retrieval.documents.${index}.document`,
  documentId: (document: string): string => `${document}.id`,
  documentContent: (document: string): string => `${document}.content`,
  documentScore: (document: string): string => `${document}.score`,
  documentMetadata: (document: string): string => `${document}.metadata`,
});
