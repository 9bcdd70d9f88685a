// A forward proxy for tests: CONNECT tunnels and absolute-form requests, with Basic credentials
// when asked for. Records each request that reached it; changes nothing that goes through.

import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";

import { Listener } from "./listener.js";

export interface ProxyOptions {
  auth?: { user: string; password: string };
}

export interface ProxiedRequest {
  kind: "connect" | "forward";
  /** `host:port` of a tunnel, the whole URL of a forwarded request. */
  target: string;
  headers: IncomingHttpHeaders;
  /** False when it was refused with a 407. */
  authorized: boolean;
}

export interface Proxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: ProxiedRequest[];
  close(): Promise<void>;
}

const REFUSAL = { "proxy-authenticate": 'Basic realm="test"', "content-length": "0" };

export async function startProxy({ auth }: ProxyOptions = {}): Promise<Proxy> {
  const requests: ProxiedRequest[] = [];
  const expected =
    auth && `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}`;
  const admit = (kind: ProxiedRequest["kind"], request: IncomingMessage): boolean => {
    const { headers, url: target = "" } = request;
    const authorized = expected === undefined || headers["proxy-authorization"] === expected;
    requests.push({ kind, target, headers, authorized });
    return authorized;
  };

  const upstreams = new Set<Duplex>();
  const server = createServer((request, response) => {
    if (admit("forward", request)) forward(request, response);
    else response.writeHead(407, REFUSAL).end();
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => {}); // A client may leave at any time.
    if (admit("connect", request)) {
      const upstream = tunnel(request.url ?? "", client, head);
      upstreams.add(upstream);
      upstream.once("close", () => upstreams.delete(upstream));
    } else {
      const lines = Object.entries(REFUSAL).map(([name, value]) => `${name}: ${value}`);
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${lines.join("\r\n")}\r\n\r\n`);
    }
  });
  const listener = new Listener(server);
  await listener.listen();
  const close = async (): Promise<void> => {
    for (const upstream of upstreams) upstream.destroy();
    await listener.close();
  };
  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  const { "proxy-authorization": _credentials, ...headers } = request.headers;
  let target: URL;
  try {
    target = new URL(request.url ?? "");
  } catch {
    response.writeHead(400).end("not an absolute URL");
    return;
  }
  const upstream = httpRequest(target, { method: request.method, headers, agent: false });
  upstream.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  upstream.on("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  pipeline(request, upstream, () => {});
}

function tunnel(authority: string, client: Duplex, head: Buffer): Duplex {
  const { hostname, port } = new URL(`http://${authority}`);
  const upstream = connect(Number(port || 80), hostname);
  upstream.once("connect", () => {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    upstream.write(head);
    client.pipe(upstream).pipe(client);
  });
  upstream.on("error", () => client.destroy());
  upstream.once("close", () => client.destroy());
  client.once("close", () => upstream.destroy());
  return upstream;
}
