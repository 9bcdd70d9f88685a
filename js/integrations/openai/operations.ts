/**
 * What is instrumented, as one table: where the SDK keeps the method, what its span is called, and
 * as which kinds of snapshot its request and its answers go to the native thread.
 */
import type { PartKind } from "../../handoff/parts.js";
import { choiceChunks } from "./choice-chunks.js";
import type { ChunkReader } from "./chunks.js";
import { responseEvents } from "./response-events.js";
import {
  describeFiles,
  retrieval,
  speech,
  vectorsAsBytes,
  withoutLogprobs,
  withoutUsage,
} from "./views.js";
import { wholeEvents } from "./whole-events.js";

export interface Operation {
  /** Names of statics that lead from the client's class to the resource's. */
  readonly path: readonly string[];
  readonly method: string;
  readonly spanName: string;
  readonly request: PartKind;
  readonly response: PartKind;
  /** Reads the answer when it is streamed; what cannot be streamed has none. */
  readonly stream?: ChunkReader;
  /** The app's own code may be read from while the request is made. */
  readonly sendsFiles?: true;
  /** What is sent is the method's first argument, written as JSON. */
  readonly sendsArgument?: true;
  /** What of the method's first argument is recorded; all of it when left out. */
  readonly requestView?: (argument: unknown) => unknown;
  /** What of the answer is recorded; all of it when left out. */
  readonly responseView?: (answer: unknown) => unknown;
}

type Named = Pick<Operation, "path" | "method" | "spanName">;

const chat = {
  request: "openai.chat.request",
  sendsArgument: true,
  response: "openai.chat.response",
  stream: choiceChunks("openai.chat.chunk"),
  responseView: withoutLogprobs,
} as const;

const completions = {
  request: "openai.completions.request",
  sendsArgument: true,
  response: "openai.completions.response",
  stream: choiceChunks("openai.completions.chunk"),
  responseView: withoutLogprobs,
} as const;

const responses = {
  request: "openai.responses.request",
  sendsArgument: true,
  response: "openai.responses.response",
  stream: responseEvents("openai.responses.event"),
} as const;

const embeddings = {
  request: "openai.embeddings.request",
  response: "openai.embeddings.response",
  responseView: vectorsAsBytes,
} as const;

const images = {
  request: "openai.images.request",
  response: "openai.images.response",
  stream: wholeEvents("openai.images.event"),
  requestView: describeFiles,
  sendsFiles: true,
} as const;

const transcription = {
  request: "openai.transcription.request",
  response: "openai.transcription.response",
  stream: wholeEvents("openai.transcription.event"),
  requestView: describeFiles,
  sendsFiles: true,
  responseView: withoutLogprobs,
} as const;

const speaking = {
  request: "openai.speech.request",
  response: "openai.speech.response",
  responseView: speech,
} as const;

const moderations = {
  request: "openai.moderations.request",
  sendsArgument: true,
  response: "openai.moderations.response",
} as const;

export const OPERATIONS: readonly Operation[] = [
  { ...named("Chat.Completions", "create", "OpenAI Chat Completions"), ...chat },
  { ...named("Responses", "create", "OpenAI Responses"), ...responses },
  ...retrieving("Responses"),
  { ...named("Responses", "compact", "OpenAI Responses Compact"), ...responses },
  { ...named("Beta.Responses", "create", "OpenAI Responses"), ...responses },
  ...retrieving("Beta.Responses"),
  { ...named("Beta.Responses", "compact", "OpenAI Responses Compact"), ...responses },
  { ...named("Embeddings", "create", "CreateEmbeddings"), ...embeddings },
  { ...named("Completions", "create", "OpenAI Completions"), ...completions },
  { ...named("Images", "generate", "OpenAI Images Generate"), ...images },
  { ...named("Images", "edit", "OpenAI Images Edit"), ...images },
  { ...named("Images", "createVariation", "OpenAI Images Variation"), ...images },
  { ...named("Audio.Speech", "create", "OpenAI Audio Speech"), ...speaking },
  { ...named("Audio.Transcriptions", "create", "OpenAI Audio Transcription"), ...transcription },
  { ...named("Audio.Translations", "create", "OpenAI Audio Translation"), ...transcription },
  { ...named("Moderations", "create", "OpenAI Moderations"), ...moderations },
];

/** Asks for a response that was made in the background, or earlier. */
function retrieving(path: string): Operation[] {
  const views = { requestView: retrieval, responseView: withoutUsage };
  return [{ ...named(path, "retrieve", "OpenAI Responses Retrieve"), ...responses, ...views }];
}

function named(path: string, method: string, spanName: string): Named {
  return { path: path.split("."), method, spanName };
}
