import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { count, isMeasuring, measure } from "@gift/telemetry/measure";
import type { TagValue } from "@gift/telemetry/metric-tag";
import { isFast } from "@gift/telemetry/objective";
import { operationOf } from "./operation.ts";

export interface RequestMetric {
  /** Tells of an answer that was written on the bare connection, with or without a request behind it. */
  refused(socket: Duplex, status: number): void;
}

/**
 * Measures a server's requests, at the server and not in the app: what is refused before the app sees it, or fails
 * behind it, is an answer to the client as well.
 */
export function measureRequests(server: Server): RequestMetric {
  const refusals = new WeakMap<Duplex, number>();

  function report(req: IncomingMessage, res: ServerResponse, milliseconds: number): void {
    const operation = operationOf(req.method ?? "", req.url ?? "");
    if (operation === undefined) return;
    const status = refusals.get(req.socket) ?? (res.writableFinished ? res.statusCode : undefined);
    refusals.delete(req.socket);
    const status_class = statusClassOf(status);
    count("gift.http.responses", 1, { operation, status_class, is_fast: `${isFast(milliseconds)}` });
    measure("gift.http.duration", milliseconds / 1_000, { operation, status_class });
  }

  server.prependListener("request", (req, res) => {
    if (!isMeasuring()) return;
    const startedAt = performance.now();
    // "finish" wouldn't come for a client that has left; a server that is too slow must not look like one without
    // clients.
    res.once("close", () => report(req, res, performance.now() - startedAt));
  });

  return {
    refused(socket, status) {
      refusals.set(socket, status);
      // After the "close" of the response that it was meant for, if there is one: Node's listener was there first.
      socket.once("close", () => {
        if (refusals.delete(socket)) countBareRefusal(status);
      });
    },
  };
}

/** Bytes that are no request have no beginning: counted, not timed. */
function countBareRefusal(status: number): void {
  count("gift.http.responses", 1, { operation: "unknown", status_class: statusClassOf(status), is_fast: "true" });
}

function statusClassOf(status: number | undefined): TagValue<"status_class"> {
  if (status === undefined) return "none";
  if (status >= 500) return "5xx";
  if (status >= 400) return "4xx";
  return status >= 300 ? "3xx" : "2xx";
}
