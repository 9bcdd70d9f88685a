// The processor's types fit into the providers of both SDKs, under every way of resolving modules
// and with nobody's declarations left unchecked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { projectRoot } from "../support/project.js";

const run = promisify(execFile);

const CONSUMER = `
  import * as sdk2 from "@opentelemetry/sdk-trace-node";
  import { CatalystSpanProcessor, type SetupOptions } from "catalyst-tracing/otel";
  import * as sdk1 from "sdk-trace-node-1";

  const options: SetupOptions = { endpoint: "http://localhost:4318" };
  export const processor = new CatalystSpanProcessor(options);

  export const of1: sdk1.SpanProcessor = processor;
  const provider = new sdk1.NodeTracerProvider();
  provider.addSpanProcessor(processor);
  export const other1 = new sdk1.NodeTracerProvider({ spanProcessors: [processor] });

  export const of2: sdk2.SpanProcessor = new CatalystSpanProcessor();
  export const other2 = new sdk2.NodeTracerProvider({ spanProcessors: [processor] });

  export function give1(span: sdk1.ReadableSpan): void {
    processor.onEnd(span);
  }
  export function give2(span: sdk2.ReadableSpan): void {
    processor.onEnd(span);
  }

  // @ts-expect-error An option that does not exist.
  export const wrong = new CatalystSpanProcessor({ endpiont: "http://localhost:4318" });
  // @ts-expect-error Not a span.
  processor.onEnd({ name: "span" });
`;

for (const [resolution, module] of [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
] as const) {
  test(`a strict program with both SDKs typechecks with moduleResolution ${resolution}`, async () => {
    await mkdir(join(projectRoot, ".build"), { recursive: true });
    const folder = await mkdtemp(join(projectRoot, ".build", "types-"));
    try {
      await writeFile(join(folder, "consumer.mts"), CONSUMER);
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        target: "es2022",
        module,
        moduleResolution: resolution,
        types: ["node"],
      };
      const config = JSON.stringify({ compilerOptions, files: ["consumer.mts"] });
      await writeFile(join(folder, "tsconfig.json"), config);
      const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
      const output = await run(process.execPath, [tsc, "-p", folder]).then(
        () => "",
        (error: unknown) => (error as { stdout: string }).stdout,
      );
      assert.equal(output, "");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
