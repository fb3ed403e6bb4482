import type { IncomingMessage } from "node:http";
import { redactKeys } from "@gift/core/api-key/credential";
import { serveInSpan } from "@gift/telemetry/trace";
import { isHealthCheck } from "./health-check.ts";

/**
 * Serves a request in a span, if it is one that is traced.
 * @param serve resolves with the answer's status
 */
export async function traceRequest(req: IncomingMessage, serve: () => Promise<number>): Promise<void> {
  if (isHealthCheck(req.url)) await serve();
  else await serveInSpan(() => ({ method: req.method ?? "", path: pathOf(req.url ?? "") }), serve);
}

function pathOf(url: string): string {
  const [path = ""] = url.split("?", 1);
  return redactKeys(path);
}
