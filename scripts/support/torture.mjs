/**
 * What `npm run sanitize` runs under AddressSanitizer: everything in which memory of JavaScript is
 * read natively while it grows, moves, is let go of or ends with its thread, and the handlers of
 * signals. Runs beside a copy of the package, one scenario in each process.
 *
 *   node --expose-gc torture.mjs <scenario>
 */
import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

// Not by its name: types come from the sources, and this runs where they have been compiled.
/** @type {typeof import("../../dist/index.js")} */
const { setup } = await import(new URL("dist/index.js", import.meta.url).href);

const require = createRequire(import.meta.url);
const HEADER_BYTES = 32;
/** All of which is garbage as records. */
const NOISE_BYTES = 4096;

/** @param {number} n */
const textOf = (n) => `${n}:`.padEnd(1 + ((n * 7919) % 9000), "payload ");

/** Receives OTLP/JSON and compares every span with what it was made from. */
async function startReceiver() {
  const seen = { spans: 0 };
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const parts = [];
    request.on("data", (chunk) => parts.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString("utf8"));
      for (const { scopeSpans } of body.resourceSpans) {
        for (const { spans } of scopeSpans) for (const span of spans) check(span);
      }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  /** @param {{ attributes: { key: string, value: { intValue: string, stringValue: string } }[] }} span */
  const check = ({ attributes }) => {
    const valueOf = (/** @type {string} */ key) => attributes.find((one) => one.key === key)?.value;
    const text = valueOf("text")?.stringValue;
    if (text !== undefined) assert.equal(text, textOf(Number(valueOf("n")?.intValue)));
    seen.spans += 1;
  };
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, seen, close: () => server.close() };
}

/** @param {string} endpoint */
function trace(endpoint) {
  return setup({ endpoint, protocol: "http/json", compression: "none" });
}

/**
 * @param {{ tracer: import("@opentelemetry/api").Tracer }} tracing
 * @param {number} from
 * @param {number} to
 */
function makeSpans({ tracer }, from, to) {
  for (let n = from; n < to; n += 1) {
    tracer.startSpan("work", { attributes: { n, text: textOf(n), list: ["a", String(n)] } }).end();
  }
}

/** Records that make the memory grow, and let go of what it was before, again and again. */
async function chunks() {
  const receiver = await startReceiver();
  const tracing = await trace(receiver.url);
  let spans = 0;
  for (let round = 0; round < 6; round += 1) {
    const megabytes = "x".repeat(2 ** (15 + round));
    tracing.tracer.startSpan("large", { attributes: { megabytes } }).end();
    makeSpans(tracing, 0, 300);
    spans += 301;
    globalThis.gc?.();
    assert.equal((await tracing.flush()).ok, true);
    globalThis.gc?.();
  }
  assert.equal(receiver.seen.spans, spans);
  await tracing.shutdown();
  receiver.close();
}

/** Workers that write at the same time, and end in every way that there is. */
async function workers() {
  const receiver = await startReceiver();
  const tracing = await trace(receiver.url);
  for (let round = 0; round < 3; round += 1) {
    const ends = ["by itself", "exit", "error", "terminate", "terminate"].map((end) => {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { end, endpoint: receiver.url },
      });
      worker.on("error", () => {});
      worker.on("message", () => void worker.terminate());
      return new Promise((resolve) => worker.once("exit", resolve));
    });
    makeSpans(tracing, 0, 200);
    await Promise.all(ends);
    globalThis.gc?.();
  }
  await tracing.flush();
  const { ended, delivered, lost } = tracing.stats();
  assert.ok(ended >= 3 * 200, `${ended} spans ended`);
  assert.equal(receiver.seen.spans, delivered);
  // At most the one whose end was under way where a worker was terminated.
  assert.equal(delivered + lost, ended);
  assert.ok(lost <= 3 * 2, `${lost} spans were lost`);
  await tracing.shutdown();
  receiver.close();
}

async function inWorker() {
  const tracing = await trace(workerData.endpoint);
  makeSpans(tracing, 0, 100);
  if (workerData.end === "exit") process.exit(0);
  if (workerData.end === "error") throw new Error("of the app");
  if (workerData.end === "by itself") return;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage("ready");
  for (let n = 0; ; n = (n + 1) % 100) makeSpans(tracing, n, n + 1);
}

/** The process ends in the tick of the last span, and blocks until it is delivered. */
async function exit() {
  // Nobody answers while a process blocks itself.
  const tracing = await trace("http://127.0.0.1:9");
  makeSpans(tracing, 0, 500);
  process.exit(0);
}

/** Dies of the signal although JavaScript never gets its turn: of the kernel's timer. */
async function signal() {
  await setup({ endpoint: "http://127.0.0.1:9", exitFlushMs: 200 });
  for (let n = 0; n < 3; n += 1) process.kill(process.pid, "SIGTERM");
  for (;;) {}
}

/** Memory that our JavaScript would never write, and that nothing but the addon holds. */
async function foreign() {
  const receiver = await startReceiver();
  const tracing = await trace(receiver.url);
  const name = readdirSync(new URL(".", import.meta.url)).find((file) => file.endsWith(".node"));
  /** @type {typeof import("../../index.js")} */
  const native = require(`./${name}`);
  /**
   * Behind something else in its buffer, and up to the very end of that.
   * @param {number} bytes
   * @param {number} committed
   */
  const memory = (bytes, committed) => {
    const array = new Uint8Array(new ArrayBuffer(bytes + 8), 8);
    for (let at = 4; at < bytes; at += 1) array[at] = (at * 31 + committed) % 256;
    new DataView(array.buffer, 8).setUint32(0, committed, true);
    return array;
  };
  for (const length of [HEADER_BYTES, HEADER_BYTES + 1, 100, NOISE_BYTES, 2 ** 18]) {
    for (const committed of [0, 1, 31, 32, length - 1, length, length + 1, 2 ** 31, 2 ** 32 - 1]) {
      const slot = native.attach(memory(length, committed));
      globalThis.gc?.();
      native.submit(slot);
      native.reattach(slot, memory(NOISE_BYTES, NOISE_BYTES));
      globalThis.gc?.();
      native.submit(slot);
    }
    native.derive(memory(length, length));
  }
  assert.throws(() => native.attach(new Uint8Array(HEADER_BYTES - 1)), /smaller than its header/);
  for (const unknown of [0, 2 ** 32 - 1]) native.submit(unknown);
  await tracing.shutdown();
  receiver.close();
}

const SCENARIOS = { chunks, workers, exit, signal, foreign };

if (!isMainThread) {
  await inWorker();
} else {
  const wanted = /** @type {keyof typeof SCENARIOS} */ (process.argv[2]);
  await SCENARIOS[wanted]();
}
