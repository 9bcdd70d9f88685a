/**
 * The texts that are redacted: requests of chat completions as JSON, about 40 KB each, in which every
 * message but the tool's has three secrets. They are the same in all processes.
 */
import type { ChatRequest } from "../support/chat.js";
import { chatPayloads } from "../support/chat-payloads.js";
import { mention, SECRETS } from "./rules.js";

const SECRETS_OF_A_MESSAGE = 3;

export function requests(): ChatRequest[] {
  let next = 0;
  return chatPayloads("LARGE").map(({ request }) => ({
    ...request,
    messages: request.messages.map((message) => {
      const { content } = message;
      if (typeof content !== "string" || message.role === "tool") return message;
      let text: string = content;
      for (let count = 0; count < SECRETS_OF_A_MESSAGE; count++) {
        const at = Math.floor((text.length * (count + 1)) / (SECRETS_OF_A_MESSAGE + 1));
        text = text.slice(0, at) + mention(SECRETS[next++ % SECRETS.length] ?? "") + text.slice(at);
      }
      return { ...message, content: text };
    }),
  }));
}
