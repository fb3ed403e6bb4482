import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeRequest } from "srvx/node";
import { maxBodyBytes } from "./limit.ts";
import { InvalidRequestError } from "./request-error.ts";

/**
 * A request of Node's as a web request, by the adapter's bridge. The bridge's `text()` makes U+FFFD of bytes that are no
 * UTF-8, and a client's mistake would be stored as another text; this one throws InvalidRequestError.
 */
export function toUtf8Request(req: IncomingMessage, res: ServerResponse): Request {
  const request = new NodeRequest({ req, res, maxRequestBodySize: maxBodyBytes });
  const readText = request.text.bind(request);
  return Object.assign(request, { text: () => readUtf8(req, readText) });
}

/** Bytes are looked at again only where the character appears in the text, so ordinary bodies cost nothing more. */
async function readUtf8(req: IncomingMessage, readText: () => Promise<string>): Promise<string> {
  const chunks: Buffer[] = [];
  const keep = (chunk: Buffer) => void chunks.push(chunk);
  req.on("data", keep);
  try {
    const text = await readText();
    if (text.includes("\uFFFD") && !isUtf8(Buffer.concat(chunks)))
      throw new InvalidRequestError(["body: must be UTF-8"]);
    return text;
  } finally {
    req.off("data", keep);
  }
}
