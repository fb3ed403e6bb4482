import type { IncomingMessage } from "node:http";
import { redactKeys } from "@gift/core/api-key/credential";
import { serveInSpan } from "@gift/telemetry/trace";
import { isHealthCheck } from "./health-check.ts";
import { pathOf } from "./path.ts";

/**
 * Serves a request in a span, if it is one that is traced.
 * @param serve resolves with the answer's status
 */
export function traceRequest(req: IncomingMessage, serve: () => Promise<number>): Promise<number> {
  if (isHealthCheck(req.url)) return serve();
  return serveInSpan(() => ({ method: req.method ?? "", path: redactKeys(pathOf(req.url ?? "")) }), serve);
}
