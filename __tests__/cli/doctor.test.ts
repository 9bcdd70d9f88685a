// `catalyst-tracing doctor`, as a confused user runs it: in the app's folder, with the app's
// environment.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { PACKAGE_VERSION } from "../../js/options.js";
import { createApp, fakeSdk, type Files, LISTS_SDK, on } from "../integrations/loading/apps.js";
import { deadEndpoint } from "../lifetimes/programs.js";
import { selfSigned } from "../support/certificates.js";
import { startCollector } from "../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../support/node-versions.js";
import { projectRoot } from "../support/project.js";
import { startProxy } from "../support/proxy.js";
import { type ProgramOptions, type ProgramResult, runProgram } from "../support/subprocess.js";

const MAIN = join(projectRoot, "dist", "cli", "main.js");

const APP: Files = { ...fakeSdk(), "package.json": { ...LISTS_SDK, version: "4.5.6" } };

async function doctor(
  env: Readonly<Record<string, string>>,
  { files = APP, args = [], ...options }: ProgramOptions & { files?: Files } = {},
): Promise<ProgramResult> {
  await using app = await createApp(files);
  return await runProgram(MAIN, { ...options, cwd: app.folder, args: ["doctor", ...args], env });
}

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version } = runtime;
  test(`${name} ${version}: where all is well it says so, and exits with 0`, async () => {
    await using collector = await startCollector();
    const result = await doctor({ CATALYST_OTLP_ENDPOINT: collector.url }, on(runtime));
    const { stdout, stderr, code } = result;
    assert.deepEqual({ stderr, code }, { stderr: "", code: 0 }, stdout);
    for (const line of [
      new RegExp(`ok +${name} ${version} on `, "i"),
      `catalyst-tracing ${PACKAGE_VERSION} in `,
      "the native module is loaded",
      `endpoint: ${collector.url} (CATALYST_OTLP_ENDPOINT)`,
      "serviceName: app (package.json)",
      "serviceVersion: 4.5.6 (package.json)",
      "takes spans as http/protobuf (200)",
      "openai 6.99.0, ES module and CommonJS: instrumented",
      "Nothing was found that loses spans.",
    ]) {
      if (typeof line === "string") assert.ok(stdout.includes(line), `${line} in ${stdout}`);
      else assert.match(stdout, line);
    }
    assert.equal(collector.spans.length, 0);
    assert.deepEqual(collector.problems, []);
  });
}

test("it asks as the exporter would, with the token, which it never shows", async () => {
  await using collector = await startCollector();
  const { stdout } = await doctor({
    CATALYST_OTLP_ENDPOINT: collector.url.replace("//", "//user:hunter22@"),
    OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=hunter33",
    CATALYST_OTLP_TOKEN: "hunter44",
  });
  const [request] = collector.requests;
  assert.equal(request?.headers["authorization"], "Bearer hunter44");
  assert.equal(request.headers["x-api-key"], "hunter33");
  assert.equal(request.headers["content-encoding"], "gzip");
  assert.match(stdout, /token: set \(not shown\) \(CATALYST_OTLP_TOKEN\)/);
  assert.doesNotMatch(stdout, /hunter/);
});

describe("what the collector's answer means", () => {
  for (const [status, level, said] of [
    [401, "LOSS", "CATALYST_OTLP_TOKEN"],
    [404, "LOSS", "endpoint's path"],
    [503, "LOSS", "sent again"],
    [500, "LOSS", "collector's log"],
    [400, "WARN", "It answers"],
  ] as const) {
    test(`a ${status}`, async () => {
      await using collector = await startCollector();
      const body = "because of hunter44";
      collector.respond({ status, body, headers: { "content-type": "text/plain" } });
      const { stdout, code } = await doctor({
        CATALYST_OTLP_ENDPOINT: collector.url,
        CATALYST_OTLP_TOKEN: "hunter44",
      });
      assert.match(stdout, new RegExp(`${level} .*answered ${status} .*: because of …\n.*${said}`));
      assert.equal(code, level === "LOSS" ? 1 : 0);
    });
  }

  test("a 415 makes it try JSON, and say so", async () => {
    await using collector = await startCollector();
    collector.respond((_, { headers }) =>
      headers["content-type"] === "application/json" ? undefined : { status: 415 },
    );
    const { stdout, code } = await doctor({ CATALYST_OTLP_ENDPOINT: collector.url });
    assert.match(stdout, /takes spans as http\/json \(200\), not as http\/protobuf/);
    assert.match(stdout, /OTEL_EXPORTER_OTLP_PROTOCOL=http\/json/);
    assert.equal(code, 0);
  });

  test("a redirect, which the exporter does not follow to another host", async () => {
    await using collector = await startCollector();
    collector.respond({ redirect: "http://elsewhere.invalid/", status: 308 });
    const { stdout, code } = await doctor({ CATALYST_OTLP_ENDPOINT: collector.url });
    assert.match(stdout, /answered 308 .*\n +Set the endpoint to the URL that it redirects to/);
    assert.equal(code, 1);
  });
});

describe("why there is no answer", () => {
  const cases: [what: string, endpoint: () => Promise<string>, said: RegExp][] = [
    ["nobody listens", deadEndpoint, /nothing listens at .*\n.*CATALYST_OTLP_ENDPOINT/],
    [
      "there is no such host",
      async () => await Promise.resolve("http://nobody.invalid:4318"),
      /(?:has no address|cannot be looked up)\n/,
    ],
  ];
  for (const [what, endpoint, said] of cases) {
    test(what, async () => {
      const { stdout, code } = await doctor({ CATALYST_OTLP_ENDPOINT: await endpoint() });
      assert.match(stdout, said);
      assert.equal(code, 1);
    });
  }

  test("the port speaks something else, such as gRPC", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("\0\0\u0012\u0004"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const { stdout, code } = await doctor({ CATALYST_OTLP_ENDPOINT: endpoint });
    server.close();
    assert.match(stdout, /does not answer in HTTP\/1.1\n.*4317 is gRPC/);
    assert.equal(code, 1);
  });

  test("it speaks no TLS, or TLS alone, or has a certificate that nobody vouches for", async (t) => {
    const certificates = await selfSigned();
    if ("skipped" in certificates) return t.skip(certificates.skipped);
    await using made = certificates;
    await using plain = await startCollector();
    await using secure = await startCollector({ tls: made.server });
    const said = async (endpoint: string, env = {}): Promise<string> =>
      (await doctor({ CATALYST_OTLP_ENDPOINT: endpoint, ...env })).stdout;
    assert.match(await said(plain.url.replace("http:", "https:")), /does not speak TLS/);
    assert.match(await said(secure.url.replace("https:", "http:")), /LOSS .*without an answer/);
    assert.match(await said(secure.url), /nobody who is trusted.*\n.*OTLP_CERTIFICATE/);
    const trusting = { OTEL_EXPORTER_OTLP_CERTIFICATE: made.caFile };
    assert.match(await said(secure.url, trusting), /takes spans as http\/protobuf \(200\)/);
  });

  test("the proxy is down, or wants a password", async () => {
    await using collector = await startCollector();
    await using proxy = await startProxy({ auth: { user: "u", password: "hunter22" } });
    const said = async (endpoint: string, http_proxy: string): Promise<string> => {
      const env = { CATALYST_OTLP_ENDPOINT: endpoint, http_proxy, https_proxy: http_proxy };
      return (await doctor(env)).stdout;
    };
    const dead = await deadEndpoint();
    assert.match(await said("http://a.invalid", dead), /nothing listens at the proxy .*\n.*PROXY/);
    assert.match(await said("http://a.invalid", proxy.url), /answered 407 .*\n.*user and password/);
    assert.match(await said("https://a.invalid", proxy.url), /answered 407 to CONNECT\n.*PROXY/);
    const allowed = proxy.url.replace("//", "//u:hunter22@");
    const good = await said(collector.url, allowed);
    assert.match(good, /through the proxy/);
    assert.match(good, /takes spans as/);
    assert.doesNotMatch(good, /hunter/);
  });
});

describe("what else loses spans", () => {
  for (const [what, env, said] of [
    ["tracing is disabled", { CATALYST_DISABLED: "1" }, "Unset CATALYST_DISABLED."],
    ["the sampler keeps nothing", { OTEL_TRACES_SAMPLER: "always_off" }, "OTEL_TRACES_SAMPLER"],
  ] as const) {
    test(what, async () => {
      await using collector = await startCollector();
      const { stdout, code } = await doctor({ CATALYST_OTLP_ENDPOINT: collector.url, ...env });
      assert.match(stdout, new RegExp(`LOSS .*\n.*${said}`));
      assert.equal(code, 1);
    });
  }

  for (const [variable, value] of [
    ["NODE_ENV", "test"],
    ["OPENAI_AGENTS_DISABLE_TRACING", "1"],
  ] as const) {
    test(`@openai/agents does not trace with ${variable}=${value}`, async () => {
      await using collector = await startCollector();
      const env = { CATALYST_OTLP_ENDPOINT: collector.url, [variable]: value };
      const manifest = { name: "@openai/agents", version: "0.1.0" };
      const files = { ...APP, "node_modules/@openai/agents/package.json": manifest };
      const { stdout } = await doctor(env, { files });
      assert.match(stdout, new RegExp(`LOSS .*tracing off, because of ${variable}`));
      assert.doesNotMatch((await doctor(env)).stdout, /tracing off/, "where it is not installed");
    });
  }

  test("an SDK that cannot be instrumented", async () => {
    await using collector = await startCollector();
    const files = { ...APP, "node_modules/openai/index.js": "exports.hello = 1;" };
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { stdout, code } = await doctor(env, { files });
    assert.match(stdout, /LOSS {2}openai 6.99.0, CommonJS: cannot be instrumented/);
    assert.match(stdout, /ok {4}openai 6.99.0, ES module: instrumented/);
    assert.equal(code, 1);
  });

  test("a wrong variable is a warning, because the default holds", async () => {
    await using collector = await startCollector();
    const env = { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_EXIT_FLUSH_MS: "soon" };
    const { stdout, code } = await doctor(env);
    assert.match(stdout, /WARN .*CATALYST_EXIT_FLUSH_MS is "soon"/);
    assert.equal(code, 0);
  });
});

test("every copy of an SDK is listed, with what is known of those that package.json does not", async () => {
  await using collector = await startCollector();
  const nested = "node_modules/framework/node_modules/openai";
  const { stdout } = await doctor(
    { CATALYST_OTLP_ENDPOINT: collector.url },
    { files: { ...APP, ...fakeSdk(nested, "7.0.1") } },
  );
  assert.match(stdout, /openai 6.99.0, .*instrumented/);
  assert.match(stdout, /openai 7.0.1, .*instrumented; in .*framework.*\n.*another package's/);
  assert.match(stdout, /openai is installed 2 times/);
});

test("OpenTelemetry's SDK and a second copy of this package are named", async () => {
  await using collector = await startCollector();
  const sdk = "@opentelemetry/sdk-node";
  const copy = "node_modules/framework/node_modules/catalyst-tracing";
  const { stdout } = await doctor(
    { CATALYST_OTLP_ENDPOINT: collector.url },
    {
      files: {
        "package.json": { dependencies: { [sdk]: "0.1" } },
        [`node_modules/${sdk}/package.json`]: { name: sdk, version: "0.206.0" },
        [`${copy}/package.json`]: { name: "catalyst-tracing", version: "0.0.9" },
      },
    },
  );
  assert.match(stdout, /sdk-node 0.206.0 is installed, by the app/);
  assert.match(stdout, /WARN {2}this package is installed 2 times\n.*0.0.9 in /);
});

test("--json prints the same as data", async () => {
  const env = { CATALYST_OTLP_ENDPOINT: await deadEndpoint() };
  const { stdout, code } = await doctor(env, { args: ["--json"], files: { "package.json": {} } });
  const report = JSON.parse(stdout) as {
    losesSpans: boolean;
    sections: Record<string, { findings: { level: string }[] }>;
  };
  assert.equal(report.losesSpans, true);
  assert.deepEqual(Object.keys(report.sections), [
    "runtime",
    "configuration",
    "destinations",
    "sdks",
    "opentelemetry",
  ]);
  assert.equal(report.sections["destinations"]?.findings[0]?.level, "loss");
  assert.equal(code, 1);
});

test("there are no colours where nobody looks", async () => {
  const { stdout } = await doctor({ CATALYST_OTLP_ENDPOINT: await deadEndpoint() });
  assert.ok(!stdout.includes("\u001B"));
});

describe("where spans would go", () => {
  test("to no collector, where the sink is another place, and then none is asked", async () => {
    const { stdout, code } = await doctor({ CATALYST_SINK: "console" });
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes("ok    finished traces are printed on the console"), stdout);
    assert.ok(stdout.includes("spans go to no collector"), stdout);
    assert.ok(stdout.includes("destinations: console: (CATALYST_SINK)"), stdout);
  });

  test("to every place that the environment names, each of which is looked at", async () => {
    await using collector = await startCollector();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      CATALYST_SINK: "console,file:new/folder/traces.jsonl,file:there.jsonl",
    };
    const { stdout, code } = await doctor(env, { files: { ...APP, "there.jsonl": "" } });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /ok {4}http:.* takes spans as http\/protobuf/);
    assert.match(stdout, /ok {4}finished traces are printed on the console/);
    assert.match(stdout, /ok {4}spans are appended to .*traces.jsonl, which will be made\n/);
    assert.match(stdout, /ok {4}spans are appended to .*there.jsonl\n/);
    assert.doesNotMatch(stdout, /no collector/);
    assert.equal(collector.requests.length, 1);
  });

  test("to a collector that another variable names, with a word on those that are passed over", async () => {
    await using collector = await startCollector();
    const { stdout, code } = await doctor({
      OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://me:hunter22@other.invalid/v1/traces",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    assert.equal(code, 0, stdout);
    const passedOver = [...stdout.matchAll(/nothing goes to .*/g)].map(([line]) => line);
    assert.deepEqual(passedOver, [
      "nothing goes to http://…@other.invalid/v1/traces (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT): OTLP_ENDPOINT comes before it",
    ]);
  });

  test("to the collector at the full URL of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", async () => {
    await using collector = await startCollector();
    const url = `${collector.url}/v1/traces`;
    const { stdout, code } = await doctor({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url });
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes(`endpoint: ${url} (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)`), stdout);
    assert.ok(stdout.includes(`ok    ${url} takes spans`), stdout);
  });

  for (const [what, path, code] of [
    ["a folder", "folder", "EISDIR"],
    ["beneath a file", "folder/file/traces.jsonl", "ENOTDIR"],
  ] as const) {
    test(`to no file that is ${what}, which is a loss`, async () => {
      const files = { ...APP, "folder/file": "" };
      const result = await doctor({ CATALYST_SINK: `file:${path}` }, { files });
      assert.match(result.stdout, new RegExp(`LOSS {2}nothing can be written to .*\\(${code}\\)`));
      assert.equal(result.code, 1);
    });
  }

  test("elsewhere, if the app's code says so, and where to see that", async () => {
    const { stdout } = await doctor({ CATALYST_SINK: "console" });
    assert.match(stdout, /passes destinations.* to setup\(\)[^]*stats\(\).destinations/);
  });
});
