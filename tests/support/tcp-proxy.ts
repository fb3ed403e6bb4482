import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP server that stands in for another one and can be taken away from its clients. */
export interface TcpProxy {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** How often clients have waited for the server so far: they sent something, and it answered. */
  roundTrips(): number;
  /** Connections are reset and new ones refused, as when the server's process is gone. */
  cut(): Promise<void>;
  /** Connections stay open and are accepted, but no byte gets through, as when a network drops packets. */
  freeze(): void;
  /** Whatever was done to it is over; the port is the same. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1.
 * @param target the server it stands in for
 */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let roundTrips = 0;
  const follow = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay().once("close", () => sockets.delete(socket));
    // A reset is what the tests are after; the other half is ended by the pair below.
    socket.on("error", () => undefined);
    if (isFrozen) socket.pause();
  };
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    follow(client);
    follow(upstream);
    let isAsking = false;
    const ask = (chunk: Buffer) => {
      isAsking = true;
      upstream.write(chunk);
    };
    const answer = (chunk: Buffer) => {
      if (isAsking) roundTrips += 1;
      isAsking = false;
      client.write(chunk);
    };
    client.on("data", ask).once("close", () => upstream.destroy());
    upstream.on("data", answer).once("close", () => client.destroy());
    if (isFrozen) for (const socket of [client, upstream]) socket.pause();
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    host: "127.0.0.1",
    port,
    roundTrips: () => roundTrips,
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
