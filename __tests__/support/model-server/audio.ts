// Audio: speech as bytes or as a stream, and what was said in a recording, in each of the forms
// that can be asked for.

import { object, text as textIn } from "./json.js";
import { pieces } from "./pieces.js";
import { bytesReply, dataEvent, eventReply, jsonReply } from "./reply.js";
import type { Script } from "./script.js";
import { estimate } from "./tokens.js";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  mp3: "audio/mpeg",
  opus: "audio/opus",
  aac: "audio/aac",
  flac: "audio/flac",
  wav: "audio/wav",
  pcm: "audio/pcm",
};

const CHUNK_BYTES = 4096;

/** As many bytes as asked for, in chunks; they are no sound. */
function speech(bytes = 2 * CHUNK_BYTES + 1): Script {
  return ({ body }) => {
    const sound = Buffer.alloc(bytes, "ID3 mock ");
    const chunks = Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, index) =>
      sound.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
    );
    if (body["stream_format"] === "sse") {
      const input_tokens = estimate(body["input"]);
      const usage = { input_tokens, output_tokens: 101, total_tokens: input_tokens + 101 };
      return eventReply([
        ...chunks.map((chunk) =>
          dataEvent({ type: "speech.audio.delta", audio: chunk.toString("base64") }),
        ),
        dataEvent({ type: "speech.audio.done", usage }),
      ]);
    }
    const format = textIn(body["response_format"], "mp3");
    const contentType = CONTENT_TYPES[format] ?? "application/octet-stream";
    return { ...bytesReply(sound, contentType), chunks };
  };
}

interface SpokenOptions {
  language?: string;
  seconds?: number;
}

function spoken(
  task: "transcribe" | "translate",
  text: string,
  { language = "english", seconds = 3.5 }: SpokenOptions = {},
): Script {
  return ({ body }) => {
    const output_tokens = estimate(text);
    const usage = {
      type: "tokens",
      input_tokens: 35,
      input_token_details: { text_tokens: 0, audio_tokens: 35 },
      output_tokens,
      total_tokens: 35 + output_tokens,
    };
    if (body["stream"] === "true") {
      return eventReply([
        ...pieces(text).map((delta) => dataEvent({ type: "transcript.text.delta", delta })),
        dataEvent({ type: "transcript.text.done", text, usage }),
      ]);
    }
    const plain = (content: string): ReturnType<Script> =>
      bytesReply(Buffer.from(content), "text/plain; charset=utf-8");
    switch (body["response_format"]) {
      case "text":
        return plain(`${text}\n`);
      case "srt":
        return plain(`1\n00:00:00,000 --> ${timestamp(seconds, ",")}\n${text}\n\n`);
      case "vtt":
        return plain(`WEBVTT\n\n00:00:00.000 --> ${timestamp(seconds, ".")}\n${text}\n\n`);
      case "verbose_json":
        return jsonReply({
          task,
          language,
          duration: seconds,
          text,
          segments: [segment(text, seconds)],
          usage: { type: "duration", seconds: Math.ceil(seconds) },
        });
      default: {
        const whisper = String(object(body)["model"]).startsWith("whisper");
        const duration = { type: "duration", seconds: Math.ceil(seconds) };
        return jsonReply({ text, usage: whisper ? duration : usage });
      }
    }
  };
}

function segment(text: string, end: number): Record<string, unknown> {
  return {
    id: 0,
    seek: 0,
    start: 0,
    end,
    text: ` ${text}`,
    tokens: [50_364, 13],
    temperature: 0,
    avg_logprob: -0.25,
    compression_ratio: 0.9,
    no_speech_prob: 0.01,
  };
}

function timestamp(seconds: number, point: string): string {
  return new Date(seconds * 1000).toISOString().slice(11, 23).replace(".", point);
}

export const audio = {
  speech,
  transcription: (text: string, options?: SpokenOptions) => spoken("transcribe", text, options),
  translation: (text: string, options?: SpokenOptions) => spoken("translate", text, options),
};
