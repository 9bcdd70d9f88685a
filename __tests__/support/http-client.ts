// Plain HTTP requests for the tests of the collector and the proxy, with what `fetch` hides: the
// connection's fate, a proxy, own certificates.

import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { request as httpsRequest, type RequestOptions as TlsOptions } from "node:https";

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export async function send(
  url: string,
  options: RequestOptions & TlsOptions & { body?: Uint8Array } = {},
): Promise<Reply> {
  const { body, ...rest } = options;
  const start = url.startsWith("https:") ? httpsRequest : httpRequest;
  return await new Promise<Reply>((resolve, reject) => {
    const request = start(url, rest, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}
