import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A TCP server that stands in for another one and can be taken away from its clients. */
export interface TcpProxy {
  readonly port: number;
  /** Connections are reset and new ones refused, as when the server's host is gone. */
  cut(): Promise<void>;
  /** Connections stay open and are accepted, but no byte gets through, as when a network drops packets. */
  freeze(): void;
  /** Whatever was done to it is over; the port is the same. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1.
 * @param targetPort port of the server on this machine that it stands in for
 */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const follow = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay().once("close", () => sockets.delete(socket));
    // A reset is what a rehearsal is after; the other half is ended with it.
    socket.on("error", () => undefined);
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, "127.0.0.1");
    const pair = [client, upstream];
    for (const socket of pair) follow(socket);
    client.on("data", (chunk) => upstream.write(chunk)).once("close", () => upstream.destroy());
    upstream.on("data", (chunk) => client.write(chunk)).once("close", () => client.destroy());
    if (isFrozen) for (const socket of pair) socket.pause();
  });
  const port = await listen(0);

  async function listen(on: number): Promise<number> {
    server.listen(on, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address ? address.port : on;
  }

  async function cut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  return {
    port,
    cut,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    async mend() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
      if (!server.listening) await listen(port);
    },
    close: cut,
  };
}
