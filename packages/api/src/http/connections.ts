import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

const newest = Symbol("the newest response");

interface Answered extends Duplex {
  [newest]?: ServerResponse;
}

/** What a server has open, as far as a drain needs to know it. */
export interface Connections {
  /** From now on every response asks its client to close the connection, those in flight included. */
  announceClose(): void;
  /** To be told of every response before its head is written. */
  beforeHead(res: ServerResponse): void;
  /** Runs work once the answer that a connection waits for is out; now when it waits for none. */
  afterAnswer(socket: Duplex, work: () => void): void;
  /** Stops listening; resolves when every connection is closed. Those still busy at the deadline are cut. */
  close(deadlineMilliseconds: number): Promise<void>;
}

/**
 * Follows a server's connections. Node's own `close` waits for a kept-alive connection that is busy at that moment
 * until its keep-alive timeout (65 s here), and for one that has never sent a byte (browsers open them ahead) for ever.
 */
export function followConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  let isClosing = false;
  server.prependListener("request", ({ socket }: { socket: Answered }, res) => {
    socket[newest] = res;
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return {
    announceClose() {
      isClosing = true;
    },
    beforeHead(res) {
      // An answer that is a stream may fail when its head has long been sent.
      if (isClosing && !res.headersSent) res.setHeader("connection", "close");
    },
    afterAnswer(socket: Answered, work) {
      const res = socket[newest];
      if (res?.req.complete && !res.writableFinished) res.once("close", work);
      else work();
    },
    async close(deadlineMilliseconds) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMilliseconds);
      await closed;
      clearTimeout(deadline);
    },
  };
}
