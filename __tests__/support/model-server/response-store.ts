// What the Responses API keeps: responses that can be looked up again, those that are still being
// made in the background among them, and conversations.

import type { JsonObject } from "./json.js";
import { unfinished, type StreamEvent } from "./response-events.js";

export interface Stored {
  /** As it is in the end. */
  response: JsonObject;
  /** Made when they are wanted: there can be many. */
  events: () => readonly StreamEvent[];
  input: readonly JsonObject[];
  /** All that was said up to and with this response. */
  history: readonly JsonObject[];
  /** How often it is still looked up before it is done. */
  pollsLeft: number;
  /** Queued until it was looked up once. */
  seen: boolean;
}

export interface Conversation {
  id: string;
  createdAt: number;
  metadata: unknown;
  items: JsonObject[];
}

export class ResponseStore {
  readonly #responses = new Map<string, Stored>();
  readonly #conversations = new Map<string, Conversation>();

  keep(id: string, stored: Stored): void {
    this.#responses.set(id, stored);
  }

  find(id: unknown): Stored | undefined {
    return this.#responses.get(String(id));
  }

  forget(id: string): boolean {
    return this.#responses.delete(id);
  }

  /** The response as it is at this look: a background one gets on with each. */
  look(stored: Stored): JsonObject {
    if (stored.pollsLeft === 0) return stored.response;
    const status = stored.seen ? "in_progress" : "queued";
    stored.seen = true;
    stored.pollsLeft -= 1;
    return { ...unfinished(stored.response), status };
  }

  cancel(stored: Stored): JsonObject {
    if (stored.pollsLeft > 0) {
      stored.pollsLeft = 0;
      stored.response = { ...unfinished(stored.response), status: "cancelled" };
    }
    return stored.response;
  }

  converse(conversation: Conversation): void {
    this.#conversations.set(conversation.id, conversation);
  }

  conversation(id: unknown): Conversation | undefined {
    return this.#conversations.get(String(id));
  }

  end(id: string): boolean {
    return this.#conversations.delete(id);
  }

  clear(): void {
    this.#responses.clear();
    this.#conversations.clear();
  }
}
