import { connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { leavePort, takePort } from "./port.ts";

/** A TCP server that stands in for another one and can be taken away from its clients. */
export interface TcpProxy {
  readonly port: number;
  /** How often clients have waited for the server so far: they sent something, and it answered. */
  roundTrips(): number;
  /** Connections are reset and new ones refused, as when the server's host is gone. */
  cut(): Promise<void>;
  /** Connections stay open and are accepted, but no byte gets through, as when a network drops packets. */
  freeze(): void;
  /**
   * The servers' ends of the connections there are vanish untold: clients keep theirs for as long as they like. New
   * ones work.
   */
  halfOpen(): void;
  /** What is sent from now on arrives so much later, in both directions; 0 ends it. */
  slow(milliseconds: number): void;
  /** Whatever was done to it is over; the port is the same. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1.
 * @param target the server on this machine that it stands in for
 */
export async function startTcpProxy(target: { readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let slownessMilliseconds = 0;
  let roundTrips = 0;
  const slowness = () => slownessMilliseconds;
  const upstreams = new Set<Socket>();
  const follow = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay().once("close", () => sockets.delete(socket));
    // A reset is what it is for; the other half is ended with it.
    socket.on("error", () => undefined);
  };
  const server = createServer((client) => {
    const upstream = connect(target.port, "127.0.0.1");
    const pair = [client, upstream];
    for (const socket of pair) follow(socket);
    upstreams.add(upstream);
    let isAsking = false;
    client.on("data", () => {
      isAsking = true;
    });
    upstream.on("data", () => {
      if (isAsking) roundTrips += 1;
      isAsking = false;
    });
    client.on("data", passTo(upstream, slowness)).once("close", () => upstream.destroy());
    upstream.on("data", passTo(client, slowness)).once("close", () => {
      // Deleted already: its client must not hear of the end.
      if (upstreams.delete(upstream)) client.destroy();
    });
    if (isFrozen) for (const socket of pair) socket.pause();
  });
  const port = await takePort(server);
  const cut = () =>
    leavePort(server, () => {
      for (const socket of sockets) socket.resetAndDestroy();
    });

  return {
    port,
    roundTrips: () => roundTrips,
    cut,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    halfOpen() {
      for (const upstream of upstreams) {
        upstreams.delete(upstream);
        upstream.resetAndDestroy();
      }
    },
    slow(milliseconds) {
      slownessMilliseconds = milliseconds;
    },
    async mend() {
      isFrozen = false;
      slownessMilliseconds = 0;
      for (const socket of sockets) socket.resume();
      if (!server.listening) await takePort(server, port);
    },
    close: cut,
  };
}

/** One direction of a connection: what comes later is never written earlier, whatever the delay was meanwhile. */
function passTo(to: Socket, slownessMilliseconds: () => number): (chunk: Buffer) => void {
  let last = Promise.resolve();
  return (chunk) => {
    const dueAt = performance.now() + slownessMilliseconds();
    last = last.then(async () => {
      const dueIn = dueAt - performance.now();
      if (dueIn > 0) await pause(dueIn);
      to.write(chunk);
    });
  };
}
