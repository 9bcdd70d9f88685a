// The forward proxy: tunnels, forwarded requests and credentials.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { test } from "node:test";

import { startCollector } from "./collector.js";
import { send } from "./http-client.js";
import { startProxy, type Proxy } from "./proxy.js";
import { protobufBody, sampleRequest } from "./sample-request.js";

const BODY = protobufBody(sampleRequest);
const HEADERS = { "content-type": "application/x-protobuf" };
const CREDENTIALS = `Basic ${Buffer.from("ada:secret").toString("base64")}`;

async function openTunnel(
  proxy: Proxy,
  authority: string,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; socket: Socket }> {
  const request = httpRequest({ port: proxy.port, method: "CONNECT", path: authority, headers });
  request.end();
  const [reply, socket] = (await once(request, "connect")) as [IncomingMessage, Socket];
  return { status: reply.statusCode, socket };
}

test("a tunnel carries a request to the collector", async () => {
  await using collector = await startCollector();
  await using proxy = await startProxy();
  const target = `127.0.0.1:${collector.port}`;
  const { status, socket } = await openTunnel(proxy, target);
  assert.equal(status, 200);
  const options = { method: "POST", headers: HEADERS, body: BODY };
  const reply = await send(collector.url, { ...options, createConnection: () => socket });
  socket.destroy();
  assert.equal(reply.status, 200);
  assert.equal(collector.spans.length, 2);
  assert.deepEqual(
    proxy.requests.map(({ kind, target: to, authorized }) => [kind, to, authorized]),
    [["connect", target, true]],
  );
});

test("a request with the whole URL is forwarded without the proxy's credentials", async () => {
  await using collector = await startCollector();
  await using proxy = await startProxy({ auth: { user: "ada", password: "secret" } });
  const path = `${collector.url}/v1/traces`;
  const headers = { ...HEADERS, "proxy-authorization": CREDENTIALS, "x-key": "1" };
  const reply = await send(proxy.url, { method: "POST", path, headers, body: BODY });
  assert.equal(reply.status, 200);
  assert.equal(collector.requests[0]?.path, "/v1/traces");
  assert.equal(collector.requests[0].headers["x-key"], "1");
  assert.equal(collector.requests[0].headers["proxy-authorization"], undefined);
  assert.equal(proxy.requests[0]?.target, path);
  assert.equal(proxy.requests[0].kind, "forward");
});

test("without the right credentials both ways are refused with a 407", async () => {
  await using proxy = await startProxy({ auth: { user: "ada", password: "secret" } });
  const { status, socket } = await openTunnel(proxy, "127.0.0.1:1", {
    "proxy-authorization": "Basic wrong",
  });
  socket.destroy();
  assert.equal(status, 407);
  const forwarded = await send(proxy.url, { path: "http://127.0.0.1:1/" });
  assert.equal(forwarded.status, 407);
  assert.match(forwarded.headers["proxy-authenticate"] ?? "", /^Basic/);
  assert.deepEqual(
    proxy.requests.map((request) => request.authorized),
    [false, false],
  );
});

test("a target that cannot be reached is a 502, or an end of the tunnel", async () => {
  const gone = await startCollector();
  const { port } = gone;
  await gone.close();
  await using proxy = await startProxy();
  assert.equal((await send(proxy.url, { path: `http://127.0.0.1:${port}/` })).status, 502);
  await assert.rejects(openTunnel(proxy, `127.0.0.1:${port}`), { code: "ECONNRESET" });
});

test("closing ends open tunnels", async () => {
  await using collector = await startCollector();
  const proxy = await startProxy();
  const { socket } = await openTunnel(proxy, `127.0.0.1:${collector.port}`);
  const closed = once(socket, "close");
  socket.resume();
  await proxy.close();
  await closed;
});
