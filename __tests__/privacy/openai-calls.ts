// Calls of every kind that the client makes, each with a secret in every place that can hold one.

import { File } from "node:buffer";

import { audio } from "../support/model-server/audio.js";
import { chat } from "../support/model-server/chat.js";
import { completions } from "../support/model-server/completions.js";
import { faults } from "../support/model-server/faults.js";
import { images } from "../support/model-server/images.js";
import { items } from "../support/model-server/response-items.js";
import { responses } from "../support/model-server/responses.js";
import { when } from "../support/model-server/script.js";
import type { ModelServer } from "../support/model-server/server.js";
import { jsonReply } from "../support/model-server/reply.js";
import type { Client, Fields } from "../integrations/openai/clients.js";
import { type Planted, secret, VECTOR } from "./flags.js";

export interface SecretCall {
  readonly planted: readonly Planted[];
  /** Says what the model answers, calls it, and reads all of what comes. */
  make(client: Client, server: ModelServer): Promise<unknown>;
}

const model = "gpt-4o-mini";

/** The place is in the name, so that a failure says what has leaked. */
const of =
  (role: Planted["role"]) =>
  (...places: string[]): Planted[] =>
    places.map((place) => ({ role, place }));

const schema = (place: string): object => ({
  type: "object",
  description: secret("tool", `${place}schema`),
  properties: {},
});

const CHAT_BODY = {
  model,
  user: secret("parameter", "chatuser"),
  stop: [secret("parameter", "chatstop")],
  metadata: { topic: secret("parameter", "chatmetadata") },
  store: true,
  prediction: { type: "content", content: secret("question", "chatprediction") },
  tools: [
    {
      type: "function",
      function: {
        name: "look_up",
        description: secret("tool", "chat"),
        parameters: schema("chat"),
      },
    },
  ],
  messages: [
    { role: "system", content: secret("question", "chatsystem") },
    {
      role: "user",
      content: [
        { type: "text", text: secret("question", "chatpart") },
        { type: "image_url", image_url: { url: dataUri("chatimage") } },
        { type: "image_url", image_url: { url: `https://h/${secret("image", "chaturl")}.png` } },
        {
          type: "input_audio",
          input_audio: { format: "wav", data: secret("question", "chataudio") },
        },
        {
          type: "file",
          file: {
            filename: `${secret("question", "chatfilename")}.txt`,
            file_data: `data:text/plain;base64,${secret("question", "chatfile")}`,
          },
        },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        {
          id: "call_1",
          type: "function",
          function: {
            name: "look_up",
            arguments: JSON.stringify({ text: secret("question", "chatarguments") }),
          },
        },
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: secret("question", "chatresult") },
    { role: "user", content: secret("question", "chattext") },
  ],
};

const CHAT_PLANTED = [
  ...of("question")("chatsystem", "chatpart", "chataudio", "chatfilename", "chatfile"),
  ...of("question")("chatarguments", "chatresult", "chattext", "chatprediction"),
  ...of("image")("chatimage", "chaturl"),
  ...of("tool")("chat", "chatschema"),
  ...of("parameter")("chatuser", "chatstop", "chatmetadata"),
];

const RESPONSES_BODY = {
  model,
  instructions: secret("question", "instructions"),
  metadata: { topic: secret("parameter", "metadata") },
  user: secret("parameter", "user"),
  text: {
    format: {
      type: "json_schema",
      name: "a",
      schema: { title: secret("parameter", "format"), type: "object", properties: {} },
    },
  },
  tools: [
    {
      type: "function",
      name: "look_up",
      description: secret("tool", "responses"),
      parameters: schema("responses"),
      strict: false,
    },
    {
      type: "mcp",
      server_label: "shop",
      server_url: "https://mcp.example",
      server_description: secret("tool", "mcp"),
    },
  ],
  input: [
    {
      role: "user",
      content: [
        { type: "input_text", text: secret("question", "inputtext") },
        { type: "input_image", image_url: dataUri("inputimage") },
        {
          type: "input_file",
          filename: "a.txt",
          file_data: `data:text/plain;base64,${secret("question", "inputfile")}`,
        },
      ],
    },
    {
      type: "function_call",
      call_id: "c",
      name: "look_up",
      arguments: JSON.stringify({ text: secret("question", "callarguments") }),
    },
    { type: "function_call_output", call_id: "c", output: secret("question", "calloutput") },
    { role: "user", content: secret("question", "usertext") },
  ],
};

const RESPONSES_PLANTED = [
  ...of("question")(
    "instructions",
    "inputtext",
    "inputfile",
    "callarguments",
    "calloutput",
    "usertext",
  ),
  ...of("image")("inputimage"),
  ...of("tool")("responses", "responsesschema", "mcp"),
  ...of("parameter")("metadata", "user", "format"),
];

const answerOf = (place: string): string => secret("answer", place);

export const SECRET_CALLS: Readonly<Record<string, SecretCall>> = {
  "a chat completion": {
    planted: [...CHAT_PLANTED, ...of("answer")("content", "arguments", "thought", "spoken")],
    make: async (client, server) => {
      server.reply(chatAnswer());
      await client.chat.completions.create(CHAT_BODY);
    },
  },
  "a streamed chat completion": {
    planted: [...CHAT_PLANTED, ...of("answer")("content", "arguments", "thought")],
    make: async (client, server) => {
      server.reply(chatAnswer());
      await readAll(await client.chat.completions.create({ ...CHAT_BODY, stream: true }));
    },
  },
  "a chat completion with functions of old": {
    planted: [
      ...of("tool")("function"),
      ...of("answer")("function"),
      ...of("question")("function"),
    ],
    make: async (client, server) => {
      server.reply(
        chat.functionCall({ name: "look_up", arguments: { text: answerOf("function") } }),
      );
      await client.chat.completions.create({
        model,
        functions: [{ name: "look_up", description: secret("tool", "function"), parameters: {} }],
        messages: [
          { role: "user", content: "Hi" },
          { role: "function", name: "look_up", content: secret("question", "function") },
        ],
      });
    },
  },
  "a response": {
    planted: [
      ...RESPONSES_PLANTED,
      ...of("answer")("said", "called", "reasoned"),
      ...of("tool")("listed"),
    ],
    make: async (client, server) => {
      server.reply(responsesAnswer());
      await client.responses.create(RESPONSES_BODY);
    },
  },
  "a streamed response": {
    planted: [...RESPONSES_PLANTED, ...of("answer")("said", "called", "reasoned")],
    make: async (client, server) => {
      server.reply(responsesAnswer());
      await readAll(await client.responses.create({ ...RESPONSES_BODY, stream: true }));
    },
  },
  "a response from a template": {
    planted: [...of("question")("variable")],
    make: async (client) =>
      await client.responses.create({
        model,
        prompt: { id: "pmpt_1", version: "2", variables: { name: secret("question", "variable") } },
        input: "Hi",
      }),
  },
  "a response that repeats what users said": {
    planted: [...of("question")("compacted")],
    make: async (client, server) => {
      const user = { type: "message", role: "user", id: "m", status: "completed" };
      const content = [{ type: "input_text", text: secret("question", "compacted") }];
      server.reply(responses.output([{ ...user, content }, items.text("Yes")]));
      await client.responses.create({ model, input: "Hi" });
    },
  },
  "a completion": {
    planted: [
      ...of("prompt")("first", "second"),
      ...of("choice")("text"),
      ...of("parameter")("suffix"),
    ],
    make: async (client, server) => {
      server.reply(completions.text(secret("choice", "text")));
      const prompt = [secret("prompt", "first"), secret("prompt", "second")];
      const body = { model: "gpt-3.5-turbo-instruct", prompt, user: secret("parameter", "suffix") };
      await client.completions.create(body);
    },
  },
  "a completion that repeats its prompt": {
    planted: [...of("prompt")("echoed")],
    make: async (client) =>
      await client.completions.create({
        model: "gpt-3.5-turbo-instruct",
        prompt: secret("prompt", "echoed"),
        echo: true,
      }),
  },
  embeddings: {
    planted: [...of("embedded")("one"), { role: "vector" }, ...of("setting")("embedding")],
    make: async (client, server) => {
      server.reply(
        when("embeddings", () =>
          jsonReply({
            object: "list",
            model: "text-embedding-3-small",
            data: [{ object: "embedding", index: 0, embedding: VECTOR }],
            usage: { prompt_tokens: 1, total_tokens: 1 },
          }),
        ),
      );
      await client.embeddings.create({
        model: "text-embedding-3-small",
        input: [secret("embedded", "one")],
        user: secret("setting", "embedding"),
        encoding_format: "float",
      });
    },
  },
  "an image": {
    planted: [...of("question")("drawn"), ...of("drawing")("drawn")],
    make: async (client, server) => {
      const inline = Buffer.from("png").toString("base64") + secret("drawing", "drawn");
      server.reply(images.generate(inline));
      await client.images.generate({ model: "gpt-image-1", prompt: secret("question", "drawn") });
    },
  },
  "an edited image": {
    planted: [...of("question")("edited")],
    make: async (client) => {
      const image = new File(["bytes"], "a.png", { type: "image/png" });
      await client.images.edit({
        model: "gpt-image-1",
        image,
        prompt: secret("question", "edited"),
      });
    },
  },
  speech: {
    planted: [...of("question")("spoken", "manner")],
    make: async (client) => {
      const body = {
        model: "gpt-4o-mini-tts",
        voice: "alloy",
        input: secret("question", "spoken"),
      };
      await client.audio.speech.create({ ...body, instructions: secret("question", "manner") });
    },
  },
  "a transcription": {
    planted: [...of("question")("hint", "filename"), ...of("answer")("heard")],
    make: async (client, server) => {
      server.reply(audio.transcription(answerOf("heard")));
      const file = new File(["bytes"], `${secret("question", "filename")}.wav`);
      const body = { model: "whisper-1", file, prompt: secret("question", "hint") };
      await client.audio.transcriptions.create(body);
    },
  },
  "a moderation": {
    planted: [...of("question")("moderated")],
    make: async (client) =>
      await client.moderations.create({ input: [secret("question", "moderated")] }),
  },
  "a call that the API refuses": {
    planted: [...of("error")("refused")],
    make: async (client, server) => {
      server.reply(faults.status(400, { message: `No such word: ${secret("error", "refused")}` }));
      await client.chat.completions
        .create({ model, messages: [{ role: "user", content: "Hi" }] })
        .catch(() => undefined);
    },
  },
  "a stream that breaks off": {
    planted: [...of("answer")("broken")],
    make: async (client, server) => {
      server.reply(faults.cut(chat.text(`${answerOf("broken")} and so on and on`), { after: 3 }));
      const body = { model, messages: [{ role: "user", content: "Hi" }], stream: true };
      await client.chat.completions
        .create(body)
        .then(readAll)
        .catch(() => undefined);
    },
  },
};

function chatAnswer(): ReturnType<typeof chat.choice> {
  return chat.choices([
    {
      content: answerOf("content"),
      reasoning: answerOf("thought"),
      toolCalls: [{ name: "look_up", arguments: { text: answerOf("arguments") } }],
    },
    { audio: { transcript: answerOf("spoken"), data: "UklGRg==" } },
  ]);
}

function responsesAnswer(): ReturnType<typeof responses.output> {
  return responses.output([
    items.reasoning({ summary: [answerOf("reasoned")] }),
    {
      type: "mcp_list_tools",
      server_label: "shop",
      tools: [
        { name: "buy", description: secret("tool", "listed"), input_schema: {}, annotations: null },
      ],
    },
    items.functionCall({ name: "look_up", arguments: { text: answerOf("called") } }),
    items.text(answerOf("said")),
  ]);
}

function dataUri(place: string): string {
  return `data:image/png;base64,${secret("image", place)}`;
}

async function readAll(stream: AsyncIterable<Fields>): Promise<void> {
  for await (const _ of stream);
}
