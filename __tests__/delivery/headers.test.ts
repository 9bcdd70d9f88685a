// What a request looks like: its path and its headers, from options and from the environment.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { SetupOptions } from "catalyst-tracing";

import { type RequestRecord, startCollector } from "../support/collector.js";
import { projectRoot } from "../support/project.js";
import { accountedFor, record, start } from "./tracing.js";

/** The one request that comes of these settings; `URL` in them is the collector's. */
async function requestOf(
  options: (url: string) => SetupOptions,
  variables: (url: string) => Record<string, string> = () => ({}),
): Promise<RequestRecord> {
  await using collector = await startCollector();
  await using tracing = await start(options(collector.url), variables(collector.url));
  record(tracing, 1);
  await tracing.flush();
  accountedFor(tracing, collector);
  const [request, ...more] = collector.requests;
  assert.ok(request !== undefined && more.length === 0);
  return request;
}

const here = (url: string): SetupOptions => ({ endpoint: url });

test("a request names the package, the encoding and its length", async () => {
  const { method, path, headers } = await requestOf(here);
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
    version: string;
  };
  assert.deepEqual([method, path], ["POST", "/v1/traces"]);
  assert.match(headers["user-agent"] ?? "", /^catalyst-tracing\/\S+ OTel-OTLP-Exporter-\S+$/);
  assert.ok(headers["user-agent"]?.includes(version));
  assert.equal(headers["content-type"], "application/x-protobuf");
  assert.ok(Number(headers["content-length"]) > 0);
  assert.equal(headers["transfer-encoding"], undefined);
  assert.equal(headers.authorization, undefined);
});

test("the token is a bearer token", async () => {
  const { headers } = await requestOf((url) => ({ endpoint: url, token: "abc" }));
  assert.equal(headers.authorization, "Bearer abc");
});

test("headers of the options are sent, and an authorization among them beats the token", async () => {
  const { headers } = await requestOf((url) => ({
    endpoint: url,
    token: "abc",
    headers: { "X-Tenant": "blue", Authorization: "Basic eDp5", "user-agent": "mine/1" },
  }));
  assert.equal(headers["x-tenant"], "blue");
  assert.equal(headers.authorization, "Basic eDp5");
  assert.equal(headers["user-agent"], "mine/1");
});

test("headers of the body are the exporter's own", async () => {
  const { headers, spans } = await requestOf((url) => ({
    endpoint: url,
    headers: { "content-type": "text/plain", "content-encoding": "br", "content-length": "7" },
  }));
  assert.equal(headers["content-type"], "application/x-protobuf");
  assert.equal(spans.length, 1);
});

test("user and password in the endpoint become basic authorization and are shown to nobody", async () => {
  const { headers, path } = await requestOf((url) => ({
    endpoint: url.replace("//", "//user:p%40ss@"),
  }));
  assert.equal(headers.authorization, `Basic ${Buffer.from("user:p@ss").toString("base64")}`);
  assert.equal(path, "/v1/traces");
});

const ENDPOINTS = {
  "": "/v1/traces",
  "/": "/v1/traces",
  "/otel": "/otel/v1/traces",
  "/otel/": "/otel/v1/traces",
  "/v1/traces": "/v1/traces",
  "/a/v1/traces/": "/a/v1/traces",
  "/otel?key=a%20b&x=1": "/otel/v1/traces?key=a%20b&x=1",
  "/with%20space": "/with%20space/v1/traces",
};

for (const [given, path] of Object.entries(ENDPOINTS)) {
  test(`the endpoint …${given} is posted to at ${path}`, async () => {
    const request = await requestOf((url) => ({ endpoint: url + given }));
    assert.equal(request.path, path);
  });
}

test("OpenTelemetry's own variables say where and how", async () => {
  const request = await requestOf(
    () => ({}),
    (url) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-one=1,x-two=a%20b",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-two=traces",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_COMPRESSION: "none",
      OTEL_RESOURCE_ATTRIBUTES: "team=blue,deployment.environment.name=test",
      OTEL_SERVICE_NAME: "not used: the options have one",
    }),
  );
  assert.equal(request.path, "/base/v1/traces");
  assert.equal(request.contentType, "application/json");
  assert.equal(request.contentEncoding, "");
  assert.deepEqual([request.headers["x-one"], request.headers["x-two"]], ["1", "traces"]);
  const resource = request.spans[0]?.resource ?? {};
  assert.equal(resource["team"], "blue");
  assert.equal(resource["deployment.environment.name"], "test");
  assert.equal(resource["service.name"], "delivery-test");
});

test("the variable for traces is taken as it is", async () => {
  const request = await requestOf(
    () => ({}),
    (url) => ({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/exactly/here?x=1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    }),
  );
  assert.equal(request.path, "/exactly/here?x=1");
  assert.equal(request.contentType, "application/x-protobuf");
});

test("the timeout of the environment bounds a round", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  const options = { endpoint: collector.url, timeoutMs: undefined };
  await using tracing = await start(options, { OTEL_EXPORTER_OTLP_TIMEOUT: "100" });
  record(tracing, 1);
  const began = performance.now();
  assert.equal((await tracing.flush()).pending, 1);
  assert.ok(performance.now() - began < 1100);
});

test("a batch leaves by the delay and by the size of the environment", async () => {
  await using collector = await startCollector();
  const options = { endpoint: collector.url, scheduleDelayMs: undefined };
  const variables = { OTEL_BSP_SCHEDULE_DELAY: "20", OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "4" };
  await using tracing = await start(options, variables);
  record(tracing, 10);
  await collector.waitForSpans(10);
  const sizes = collector.requests.map((request) => request.spans.length).sort((a, b) => a - b);
  assert.deepEqual(sizes, [2, 4, 4]);
});

test("a header's value goes out one byte a character", async () => {
  const { headers } = await requestOf((url) => ({ endpoint: url, headers: { "x-who": "Zoë" } }));
  assert.equal(headers["x-who"], "Zoë");
});
