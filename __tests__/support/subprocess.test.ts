// Running programs: their output, their environment, their end.

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { findBun, findDeno } from "./node-versions.js";
import { projectRoot } from "./project.js";
import { runProgram, startProgram } from "./subprocess.js";

async function inlineFolders(): Promise<string[]> {
  const programs = join(projectRoot, ".build", "programs");
  return existsSync(programs) ? await readdir(programs) : [];
}

describe("a program", () => {
  test("gives back its output, its exit code and its time", async () => {
    const result = await runProgram(
      'console.log("out", process.argv[2]); console.error("err"); process.exitCode = 3;',
      { args: ["argument"] },
    );
    assert.equal(result.stdout, "out argument\n");
    assert.equal(result.stderr, "err\n");
    assert.equal(result.code, 3);
    assert.equal(result.signal, null);
    assert.equal(result.timedOut, false);
    assert.ok(result.durationMs > 0);
  });

  test("sees none of the caller's settings, only what it is given", async () => {
    process.env.OTEL_SERVICE_NAME = "leaked";
    process.env.CATALYST_DEBUG = "1";
    process.env.NODE_OPTIONS = "";
    try {
      const { stdout } = await runProgram("console.log(Object.keys(process.env).join())", {
        env: { GIVEN: "yes", ABSENT: undefined },
      });
      const names = stdout.trim().split(",");
      assert.ok(names.includes("PATH") && names.includes("GIVEN"));
      const leaked = names.filter((name) => /^(OTEL|CATALYST|INFERENCE|NODE|ABSENT)/.test(name));
      assert.deepEqual(leaked, []);
    } finally {
      delete process.env.OTEL_SERVICE_NAME;
      delete process.env.CATALYST_DEBUG;
      delete process.env.NODE_OPTIONS;
    }
  });

  test("reads the input it is given, and else finds its input empty", async () => {
    const source = "process.stdin.pipe(process.stdout)";
    assert.equal((await runProgram(source, { input: "héllo" })).stdout, "héllo");
    assert.equal((await runProgram(source)).stdout, "");
  });

  test("may be a file, and takes arguments for its runtime", async () => {
    const missing = await runProgram("examples/no-such-file.mjs");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no-such-file\.mjs/);
    const { stdout } = await runProgram("console.log(typeof gc)", { runtimeArgs: ["--expose-gc"] });
    assert.equal(stdout, "function\n");
  });

  test("given as source resolves the package by its own name, in both module formats", async () => {
    const asModule = await runProgram(
      'console.log(import.meta.resolve("catalyst-tracing/package.json"))',
    );
    assert.equal(asModule.stdout.trim(), `file://${join(projectRoot, "package.json")}`);
    const asCommonJs = await runProgram(
      'console.log(require("catalyst-tracing/package.json").name)',
      { format: "commonjs" },
    );
    assert.equal(asCommonJs.stdout, "catalyst-tracing\n");
  });

  test("given as source leaves no file behind", async () => {
    const program = await startProgram("console.log(import.meta.url)");
    const { stdout } = await program.done;
    const folder = stdout.trim().split("/").at(-2) ?? assert.fail();
    assert.match(folder, /^inline-/);
    assert.ok(!(await inlineFolders()).includes(folder));
  });

  test("that cannot be started is an error", async () => {
    await assert.rejects(runProgram("1", { node: "/no/such/node" }), { code: "ENOENT" });
  });
});

describe("ending a program", () => {
  const ENDLESS = "setInterval(() => {}, 1 << 30);";

  test("its time is bounded", async () => {
    const result = await runProgram(ENDLESS, { timeoutMs: 100 });
    assert.equal(result.timedOut, true);
    assert.equal(result.signal, "SIGKILL");
    assert.equal(result.code, null);
  });

  test("its children go with it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const connected = once(server, "connection");
    const grandchild = `require("node:net").connect(${port}, "127.0.0.1").on("error", () => {})`;
    const program = await startProgram(
      `import { spawn } from "node:child_process";
       spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" });`,
    );
    const [socket] = (await connected) as [Socket];
    const disconnected = once(
      socket.on("error", () => {}),
      "close",
    );
    program.kill();
    assert.equal((await program.done).signal, "SIGKILL");
    await disconnected;
    server.close();
  });

  test("a signal is sent once its output says that it is ready", async () => {
    const result = await runProgram(`${ENDLESS} console.log("ready");`, {
      kill: { signal: "SIGTERM", when: "ready" },
    });
    assert.equal(result.signal, "SIGTERM");
    assert.equal(result.timedOut, false);
  });

  test("a signal is sent once a promise resolves, and the program may handle it", async () => {
    const program = await startProgram(
      `process.on("SIGINT", () => process.exit(7)); console.log("ready"); ${ENDLESS}`,
    );
    await program.waitForOutput("ready");
    program.process.kill("SIGINT");
    assert.equal((await program.done).code, 7);
  });

  test("waiting for output that never comes fails with what did come", async () => {
    const program = await startProgram('console.log("something else")');
    await assert.rejects(program.waitForOutput("ready"), /never printed ready.*something else/);
  });
});

for (const [runtime, find] of [
  ["bun", findBun],
  ["deno", findDeno],
] as const) {
  const found = find();
  const skip = "skipped" in found ? found.skipped : false;
  test(
    `programs run on ${runtime}, where the package is found by its name too`,
    { skip },
    async () => {
      const { stdout, stderr } = await runProgram(
        `import manifest from "catalyst-tracing/package.json" with { type: "json" };
       import process from "node:process";
       console.log(manifest.name, Object.keys(process.versions).includes(${JSON.stringify(runtime)}));`,
        { runtime },
      );
      assert.equal(stdout, "catalyst-tracing true\n", stderr);
    },
  );
}
