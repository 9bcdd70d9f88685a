/**
 * Chat completions to trace, of six messages with a tool call among them and about 2 KB (SMALL) or
 * 40 KB (LARGE) of request. They are built once per process, before any time is taken.
 */
import type { ChatMessage, ChatPayload, ChatTool } from "./chat.js";
import { Dice, jsonTable, prose, wideProse } from "./text.js";

export const CHAT_SIZES = ["SMALL", "LARGE"] as const;
type ChatSize = (typeof CHAT_SIZES)[number];

/** Enough that no contender lives off one cached string, few enough to stay out of the RSS figures. */
export const PAYLOAD_COUNT = 64;

/** One conversation in this many holds text outside Latin-1. */
const WIDE_TEXT_EVERY = 4;

const FIRST_SEED = 20_261;
const MODEL = "gpt-5-mini";

/** Characters of each message: what makes a request SMALL (about 2 KB) or LARGE (about 40 KB). */
const LENGTHS: Record<ChatSize, Record<"system" | "user" | "tool" | "reply" | "answer", number>> = {
  SMALL: { system: 260, user: 180, tool: 330, reply: 220, answer: 350 },
  LARGE: { system: 6_000, user: 4_000, tool: 18_000, reply: 5_000, answer: 2_000 },
};

const TOOLS: ChatTool[] = [
  {
    type: "function",
    function: {
      name: "search_orders",
      description: "Looks up orders by customer and status.",
      parameters: {
        type: "object",
        properties: {
          customer: { type: "string", description: "The customer's number." },
          status: { type: "string", enum: ["open", "shipped", "late", "returned"] },
          limit: { type: "integer", minimum: 1, maximum: 50 },
        },
        required: ["customer"],
        additionalProperties: false,
      },
    },
  },
];

function conversation(dice: Dice, size: ChatSize, wide: boolean): ChatMessage[] {
  const length = LENGTHS[size];
  const call = `call_${dice.below(1 << 30).toString(36)}`;
  const query = JSON.stringify({ customer: `C-${dice.below(10_000)}`, status: "late", limit: 5 });
  return [
    { role: "system", content: prose(dice, length.system) },
    { role: "user", content: wide ? wideProse(dice, length.user) : prose(dice, length.user) },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        { id: call, type: "function", function: { name: "search_orders", arguments: query } },
      ],
    },
    { role: "tool", tool_call_id: call, content: jsonTable(dice, length.tool) },
    {
      role: "assistant",
      content: wide ? wideProse(dice, length.reply) : prose(dice, length.reply),
    },
    { role: "user", content: prose(dice, length.user) },
  ];
}

function chatPayload(index: number, size: ChatSize): ChatPayload {
  const dice = new Dice(FIRST_SEED + index);
  const wide = index % WIDE_TEXT_EVERY === 0;
  const promptTokens = 400 + dice.below(9_000);
  const completionTokens = 20 + dice.below(500);
  const { answer } = LENGTHS[size];
  return {
    name: `chat ${index}`,
    request: {
      model: MODEL,
      messages: conversation(dice, size, wide),
      tools: TOOLS,
      temperature: 0.7,
      top_p: 0.95,
      max_completion_tokens: 1024,
      user: `user-${dice.below(1000)}`,
    },
    response: {
      id: `chatcmpl-${index}`,
      object: "chat.completion",
      created: 1_790_000_000 + index,
      model: `${MODEL}-2026-08-07`,
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: wide ? wideProse(dice, answer) : prose(dice, answer),
            refusal: null,
          },
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
        prompt_tokens_details: { cached_tokens: 256, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 0 },
      },
      service_tier: "default",
      system_fingerprint: "fp_5f1c2a",
    },
  };
}

/** The payloads of one size, each with objects and flat strings of its own, as if fresh off the wire. */
export function chatPayloads(size: ChatSize): ChatPayload[] {
  return Array.from(
    { length: PAYLOAD_COUNT },
    (_, index) => JSON.parse(JSON.stringify(chatPayload(index, size))) as ChatPayload,
  );
}
