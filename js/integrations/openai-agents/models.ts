/**
 * Finds the models that runs call, and listens to those that are not the SDK's own.
 */
import type { Context } from "@opentelemetry/api";

import { activeContext, runIn } from "../../runtime.js";
import { faultless } from "../guard.js";
import { fieldsOf, isFunction } from "../openai/fields.js";
import type { CustomCall } from "./custom-call.js";
import { patch } from "./patch.js";
import type { AgentsSdk, AnyMethod } from "./sdk.js";

/** A span for a call of `model`; `undefined` where nothing is traced. */
type Begin = (parent: Context, model: unknown, request: unknown) => CustomCall | undefined;

type Traced = (original: AnyMethod, begin: Begin) => AnyMethod;

export class Models {
  /** Classes of the SDK's whose models make spans by themselves. */
  private readonly own: readonly object[];

  constructor(
    sdk: AgentsSdk,
    private readonly begin: Begin,
  ) {
    this.own = [sdk.OpenAIResponsesModel, sdk.OpenAIChatCompletionsModel].flatMap((known) =>
      isFunction(known) ? [(known as { prototype: object }).prototype] : [],
    );
  }

  /** What a run of `agent` by `runner` may call. */
  meet(runner: unknown, agent: unknown): void {
    const { model, modelProvider } = fieldsOf(fieldsOf(runner)["config"]);
    this.meetModel(model);
    this.meetModel(fieldsOf(agent)["model"]);
    this.meetProvider(modelProvider);
  }

  private meetModel(model: unknown): void {
    if (typeof model !== "object" || model === null) return;
    if (!isFunction(fieldsOf(model)["getResponse"])) return;
    this.listen(model, "getResponse", tracedGetResponse);
    this.listen(model, "getStreamedResponse", tracedStream);
  }

  /** Models of the app's may inherit a method of the SDK's, which makes its span. */
  private listen(model: object, name: string, traced: Traced): void {
    const holder = holderOf(model, name);
    if (this.own.includes(holder)) return;
    faultless(() => patch(holder, name, (original) => traced(original, this.begin)));
  }

  private meetProvider(provider: unknown): void {
    if (typeof provider !== "object" || provider === null) return;
    const meet = (model: unknown): void => faultless(() => this.meetModel(model));
    faultless(() =>
      patch(holderOf(provider, "getModel"), "getModel", (original) => {
        return function getModel(this: unknown, ...args: unknown[]): unknown {
          const model = original.apply(this, args);
          if (!(model instanceof Promise)) {
            meet(model);
            return model;
          }
          // Asked first, so that it is patched before anybody calls it.
          model.then(meet, () => undefined);
          return model;
        };
      }),
    );
  }
}

/** Where in the chain of prototypes a method is. */
function holderOf(object: object, name: string): object {
  let holder: object | null = object;
  while (holder !== null && !Object.hasOwn(holder, name)) {
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return holder ?? object;
}

function tracedGetResponse(original: AnyMethod, begin: Begin): AnyMethod {
  return function getResponse(this: unknown, ...args: unknown[]): unknown {
    const call = begin(activeContext(), this, args[0]);
    if (call === undefined) return original.apply(this, args);
    return following(call, () => {
      const answer = runIn(call.context, () => original.apply(this, args));
      if (answer instanceof Promise) {
        answer.then(
          (response) => call.respond(response),
          (error: unknown) => call.fail(error),
        );
      } else call.respond(answer);
      return answer;
    });
  };
}

function following<T>(call: CustomCall, act: () => T): T {
  try {
    return act();
  } catch (error) {
    call.fail(error);
    throw error;
  }
}

function tracedStream(original: AnyMethod, begin: Begin): AnyMethod {
  return function getStreamedResponse(this: unknown, ...args: unknown[]): unknown {
    const call = begin(activeContext(), this, args[0]);
    if (call === undefined) return original.apply(this, args);
    return following(call, () => {
      const events = runIn(call.context, () => original.apply(this, args));
      return listenedTo(events as AsyncIterable<unknown>, call);
    });
  };
}

/** Every step of it runs in the call's context: a generator runs where it is asked to go on. */
async function* listenedTo(events: AsyncIterable<unknown>, call: CustomCall): AsyncGenerator {
  const iterator = runIn(call.context, () => events[Symbol.asyncIterator]());
  let response: unknown;
  let isOpen = true;
  try {
    for (;;) {
      const step = await runIn(call.context, () => iterator.next());
      if (step.done === true) break;
      const { type, response: last } = fieldsOf(step.value);
      if (type === "response_done") response = last;
      yield step.value;
    }
    isOpen = false;
    call.respond(response);
  } catch (error) {
    isOpen = false;
    call.fail(error);
    throw error;
  } finally {
    if (isOpen) await runIn(call.context, async () => await iterator.return?.());
    call.end();
  }
}
