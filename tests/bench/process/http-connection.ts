import { once } from "node:events";
import { connect, type Socket } from "node:net";

/**
 * One kept-alive HTTP/1.1 connection that reads no more of an answer than its status and length. An HTTP client of a
 * library's costs as much CPU as the server that is measured, on the same two cores; this costs a fifth of it, about
 * what pgbench costs.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received = "";
  #waiting: PromiseWithResolvers<number> | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#read(chunk));
    socket.on("error", (err) => this.#waiting?.reject(err));
    socket.on("close", () => this.#waiting?.reject(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new HttpConnection(socket);
  }

  /**
   * Sends a request; one at a time.
   * @returns the answer's status
   */
  request(text: string): Promise<number> {
    this.#waiting = Promise.withResolvers<number>();
    this.#socket.write(text);
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0 || !isComplete(this.#received, end + 4)) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = "";
    this.#waiting?.resolve(status);
  }
}

function isComplete(text: string, bodyAt: number): boolean {
  const head = text.slice(0, bodyAt);
  const [, digits] = /content-length: *(\d+)/i.exec(head) ?? [];
  if (digits !== undefined) return text.length >= bodyAt + Number(digits);
  return /transfer-encoding: *chunked/i.test(head) && text.endsWith("0\r\n\r\n");
}
