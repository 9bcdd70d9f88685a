// A chat completion as the events of a stream: for each choice its role, its parts in pieces, its
// end; the choices' chunks alternate. Usage comes last, alone, and only when it was asked for.

import type { ChatOptions } from "./chat.js";
import { list, object, objects, text, type JsonObject } from "./json.js";
import { argumentPieces, interleave, pieces } from "./pieces.js";
import { dataEvent, DONE } from "./reply.js";

interface MadeChoice {
  index: number;
  message: JsonObject;
  finish_reason: string;
}

export function chunkEvents(
  head: JsonObject,
  choices: readonly MadeChoice[],
  usage: JsonObject | undefined,
  streamOptions: unknown,
  options: ChatOptions,
): string[] {
  const withUsage = usage !== undefined && object(streamOptions)["include_usage"] === true;
  const chunk = (chosen: readonly unknown[], total: unknown): string =>
    dataEvent({
      object: "chat.completion.chunk",
      ...head,
      choices: chosen,
      ...(withUsage ? { usage: total } : {}),
    });
  const streams = choices.map(({ index, message, finish_reason }) => [
    ...deltas(message, options).map((delta) =>
      chunk([{ index, delta, logprobs: null, finish_reason: null }], null),
    ),
    chunk([{ index, delta: {}, logprobs: null, finish_reason }], null),
  ]);
  return [...interleave(streams), ...(withUsage ? [chunk([], usage)] : []), DONE];
}

function deltas(message: JsonObject, options: ChatOptions): JsonObject[] {
  const { pieceLength } = options;
  const inPieces = (key: string): JsonObject[] =>
    pieces(text(message[key]), pieceLength).map((piece) => ({ [key]: piece }));
  const opening = {
    role: "assistant",
    content: typeof message["content"] === "string" ? "" : null,
    refusal: null,
  };
  const calls = objects(message["tool_calls"]).map((call, index) =>
    callDeltas(call, index, options),
  );
  const [first, ...rest] = calls[0] ?? [];
  // A call that is alone begins in the chunk that has the role.
  if (calls.length === 1 && opening.content === null) return [{ ...opening, ...first }, ...rest];
  return [
    opening,
    ...inPieces("reasoning_content"),
    ...inPieces("content"),
    ...inPieces("refusal"),
    ...(options.interleavedCalls === true ? interleave(calls) : calls.flat()),
    ...functionDeltas(message["function_call"], pieceLength),
    ...audioDeltas(message["audio"], pieceLength),
    ...(list(message["annotations"]).length > 0 ? [{ annotations: message["annotations"] }] : []),
  ];
}

function callDeltas(call: JsonObject, index: number, { pieceLength }: ChatOptions): JsonObject[] {
  const type = text(call["type"]);
  const key = type === "custom" ? "input" : "arguments";
  const { name, [key]: whole } = object(call[type]);
  const delta = (fields: JsonObject): JsonObject => ({ tool_calls: [{ index, ...fields }] });
  return [
    delta({ id: call["id"], type, [type]: { name, [key]: "" } }),
    ...argumentPieces(text(whole), pieceLength).map((piece) => delta({ [type]: { [key]: piece } })),
  ];
}

function functionDeltas(called: unknown, length?: number): JsonObject[] {
  if (called === undefined) return [];
  const { name, arguments: whole } = object(called);
  return [
    { function_call: { name, arguments: "" } },
    ...argumentPieces(text(whole), length).map((piece) => ({
      function_call: { arguments: piece },
    })),
  ];
}

/** Base64 characters in an event: a multiple of four, so that each can be decoded alone. */
const AUDIO_CHARACTERS = 64;

function audioDeltas(audio: unknown, length?: number): JsonObject[] {
  if (audio === undefined) return [];
  const { id, transcript, data, expires_at } = object(audio);
  const spoken = pieces(text(transcript), length).map((piece) => ({ transcript: piece }));
  const sound = pieces(text(data), AUDIO_CHARACTERS).map((piece) => ({ data: piece }));
  return [{ id }, ...interleave<JsonObject>([spoken, sound]), { expires_at }].map((delta) => ({
    audio: delta,
  }));
}
