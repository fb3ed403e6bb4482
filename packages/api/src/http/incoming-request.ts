import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeRequest } from "srvx/node";
import { PayloadTooLargeError } from "../error/request-error.ts";
import { maxBodyBytes } from "./limit.ts";

/** What `text` makes of bytes that are no UTF-8. Half a character, which no UTF-8 is decoded to. */
export const noText = "\ud800";

/**
 * A request of Node's as a web request, by the adapter's bridge, with a reading of its own: the bridge makes U+FFFD of
 * bytes that are no UTF-8, and a client's mistake would be stored as another text.
 */
export class IncomingRequest extends NodeRequest {
  /** @throws PayloadTooLargeError as soon as it is */
  override readonly text: () => Promise<string>;

  constructor(req: IncomingMessage, res: ServerResponse) {
    super({ req, res });
    // It knows nothing of `this`: Node keeps its listeners with the connection until the next request, and so whatever
    // they refer to survives collections.
    this.text = () => read(req);
  }
}

function read(req: IncomingMessage): Promise<string> {
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
    req.once("end", () => {
      const bytes = Buffer.concat(chunks);
      resolve(isUtf8(bytes) ? bytes.toString() : noText);
    });
  });
}
