// A server on a free port of 127.0.0.1 that knows its connections, so that closing it is prompt:
// no waiting for clients that keep theirs alive. Used by the collector and the proxy.

import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Above any pause within a test: a server that drops idle connections makes a race of each. */
const KEEP_ALIVE_MS = 120_000;

export class Listener {
  readonly #server: Server;
  readonly #closing = new AbortController();
  /** By the client's port: a TLS server shows its requests another socket than it accepted. */
  readonly #numbers = new Map<number, number>();
  readonly #sockets = new Set<Socket>();
  #accepted = 0;

  constructor(server: Server) {
    this.#server = server;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      if (socket.remotePort !== undefined) this.#numbers.set(socket.remotePort, this.#accepted);
      this.#accepted += 1;
      socket.once("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {}); // A peer's reset is a matter of the test, not of the server.
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address.port;
  }

  get open(): number {
    return this.#sockets.size;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Connections are numbered from 0 as they come. */
  numberOf(socket: Socket): number {
    return this.#numbers.get(socket.remotePort ?? -1) ?? -1;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
