// A script decides what is answered to a request. Scripts are functions, made by `chat`,
// `responses`, `faults` and the like, or written out in a test.

import type { Endpoint } from "./endpoints.js";
import type { Ids } from "./ids.js";
import type { Reply } from "./reply.js";
import type { ModelRequest } from "./request.js";
import type { ResponseStore } from "./response-store.js";

/** What the server remembers between requests. */
export interface Desk {
  readonly ids: Ids;
  readonly store: ResponseStore;
}

/** Undefined leaves the request to the next script, in the end to what the API would answer. */
type Answer = Reply | undefined | Promise<Reply | undefined>;

export type Script = (request: ModelRequest, desk: Desk) => Answer;

export type Condition = Endpoint | ((request: ModelRequest) => boolean);

/** Each script answers one request; what comes after them is left to the next script. */
export function sequence(scripts: readonly Script[]): Script {
  const queue = [...scripts];
  return (request, desk) => queue.shift()?.(request, desk);
}

export function when(condition: Condition, script: Script): Script {
  const holds =
    typeof condition === "function"
      ? condition
      : (request: ModelRequest) => request.endpoint === condition;
  return (request, desk) => (holds(request) ? script(request, desk) : undefined);
}

/** The first script that has an answer gives it. */
export function firstOf(scripts: readonly Script[]): Script {
  return async (request, desk) => {
    for (const script of scripts) {
      const reply = await script(request, desk);
      if (reply !== undefined) return reply;
    }
    return undefined;
  };
}

/** The script with its reply changed. */
export function changed(script: Script, change: (reply: Reply) => Reply): Script {
  return async (request, desk) => {
    const reply = await script(request, desk);
    return reply === undefined ? undefined : change(reply);
  };
}
