import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeRequest } from "srvx/node";
import { PayloadTooLargeError } from "../error/request-error.ts";
import { maxBodyBytes } from "./limit.ts";

const isUtf8Body = Symbol("is the body UTF-8");

interface ReadRequest extends Request {
  [isUtf8Body]?: boolean;
}

/** Whether the bytes that `text` has read were UTF-8; also true of a request that was made in memory. */
export function wasUtf8(request: ReadRequest): boolean {
  return request[isUtf8Body] !== false;
}

/**
 * A request of Node's as a web request, by the adapter's bridge, with a reading of its own: the bridge makes U+FFFD of
 * bytes that are no UTF-8, and a client's mistake would be stored as another text.
 */
export class IncomingRequest extends NodeRequest {
  [isUtf8Body]?: boolean;
  /** @throws PayloadTooLargeError as soon as it is */
  override readonly text: () => Promise<string>;

  constructor(req: IncomingMessage, res: ServerResponse) {
    super({ req, res });
    this.text = async () => {
      const bytes = await read(req);
      // Judged by who needs the text: first its sender should hear that it is of a type that isn't taken.
      this[isUtf8Body] = isUtf8(bytes);
      return bytes.toString();
    };
  }
}

function read(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A client that left while its key was looked up: no event comes any more, and whoever waits would hold its place
    // for ever.
    if (req.destroyed) return reject(new Error("the connection broke before the body was read"));
    const chunks: Buffer[] = [];
    let length = 0;
    function take(chunk: Buffer): void {
      length += chunk.length;
      if (length <= maxBodyBytes) return void chunks.push(chunk);
      // The server reads on when it has answered, and keeps nothing.
      req.off("data", take).pause();
      reject(new PayloadTooLargeError());
    }
    req.on("data", take).once("error", reject);
    req.once("end", () => resolve(Buffer.concat(chunks)));
  });
}
