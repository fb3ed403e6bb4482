import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

/** What one system call can carry, and what can't. */
interface Parts {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body?: string | Uint8Array | ReadableStream | null;
}

/** The adapter's own kind of response, which never was a web stream. */
interface FastResponse extends Response {
  _toNodeResponse(): Parts;
}

/**
 * Writes a web response. The adapter's bridge would write the body and end it apart, which is a `writev` of three
 * pieces where this is one `write`: 2 µs of the 20 that a POST costs without a database.
 * @returns when there is something to wait for: a body that is a stream
 */
export function writeResponse(res: ServerResponse, response: Response): Promise<void> | undefined {
  const { status, headers, body } = isAdapters(response) ? response._toNodeResponse() : partsOf(response);
  res.writeHead(status, headers);
  if (typeof body === "object" && body !== null && !(body instanceof Uint8Array)) return pipeline(body, res);
  res.end(body ?? undefined);
  return undefined;
}

function isAdapters(response: Response): response is FastResponse {
  return "_toNodeResponse" in response;
}

function partsOf({ status, headers, body }: Response): Parts {
  return { status, headers: Array.from(headers).flat(), body };
}
