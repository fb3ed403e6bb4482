import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface RawConnection {
  readonly socket: Socket;
  write(text: string): void;
  /** Resolves with everything received once it contains `text`; rejects when the server closes first. */
  until(text: string): Promise<string>;
  /** Resolves with everything received when the server has closed the connection. */
  closed(): Promise<string>;
}

/** A connection on which a test writes bytes that no HTTP client would. */
export async function openConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  await once(socket, "connect");
  let received = "";
  let isClosed = false;
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of waiting) check();
  };
  socket.on("data", (chunk: string) => {
    received += chunk;
    look();
  });
  socket.on("error", () => undefined);
  socket.once("close", () => {
    isClosed = true;
    look();
  });
  const wait = (isDone: () => boolean, hasFailed: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const check = () => {
        if (isDone()) resolve(received);
        else if (hasFailed()) reject(new Error(`the server closed after: ${received}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return {
    socket,
    write: (text) => void socket.write(text),
    until: (text) =>
      wait(
        () => received.includes(text),
        () => isClosed,
      ),
    closed: () =>
      wait(
        () => isClosed,
        () => false,
      ),
  };
}

/** The JSON body of the last response in what was received. */
export function lastBody(received: string): unknown {
  return JSON.parse(received.slice(received.lastIndexOf("\r\n\r\n") + 4));
}
