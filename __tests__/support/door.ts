// A port that stays the same while what is behind it changes: nothing, a server on another port, or
// something that mistreats whoever connects.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export class Door implements AsyncDisposable {
  #to: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#keep(socket);
    this.#to(socket);
  });
  port = 0;

  /** @param to - a port, or what is done with each connection */
  constructor(to: number | ((socket: Socket) => void)) {
    this.#to = this.#way(to);
  }

  /** What it leads to from now on. Connections that are open stay, unless it was closed between. */
  leadTo(to: number | ((socket: Socket) => void)): void {
    this.#to = this.#way(to);
  }

  async open(): Promise<void> {
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Ends all connections that are open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #way(to: number | ((socket: Socket) => void)): (socket: Socket) => void {
    if (typeof to === "function") return to;
    return (socket) => {
      const other = connect(to, "127.0.0.1");
      this.#keep(other);
      socket.pipe(other).pipe(socket);
    };
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}); // Either side may leave at any time.
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
