import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeRequest } from "srvx/node";
import { maxBodyBytes } from "./limit.ts";
import { InvalidRequestError, PayloadTooLargeError } from "./request-error.ts";

/**
 * A request of Node's as a web request, by the adapter's bridge, with a reading of its own: the bridge makes U+FFFD of bytes
 * that are no UTF-8, and a client's mistake would be stored as another text.
 */
export class IncomingRequest extends NodeRequest {
  /** @throws PayloadTooLargeError as soon as it is; InvalidRequestError for what isn't UTF-8 */
  override readonly text: () => Promise<string>;

  constructor(req: IncomingMessage, res: ServerResponse) {
    super({ req, res });
    this.text = () => readUtf8(req);
  }
}

async function readUtf8(req: IncomingMessage): Promise<string> {
  const bytes = await readBytes(req);
  if (!isUtf8(bytes)) throw new InvalidRequestError(["body: must be UTF-8"]);
  return bytes.toString();
}

function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    function take(chunk: Buffer): void {
      length += chunk.length;
      if (length <= maxBodyBytes) return void chunks.push(chunk);
      // The server reads on when it has answered, and keeps nothing.
      req.off("data", take).pause();
      reject(new PayloadTooLargeError());
    }
    req.on("data", take);
    req.once("end", () => resolve(Buffer.concat(chunks)));
    req.once("error", reject);
  });
}
