import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "@gift/telemetry/logger";
import { OverloadedError } from "../error/request-error.ts";
import { isHealthCheck } from "./health-check.ts";

/** In a flood, a line per refusal would be the next flood. */
const reportIntervalMilliseconds = 10_000;

/**
 * Bodies on their way, by comparison with requests at work: they cost memory only, and slow senders must not take the
 * places of others. Beyond it bodies are refused, and nothing else: a read or a send brings none.
 */
export const uploadsPerRequest = 4;

export interface Overload {
  /**
   * Gives a request a place; throws OverloadedError when so many are at work that it would wait too long.
   * @returns to be called when nothing works on it any more. That and the end of its connection make the place free: a
   * client that gives up leaves its work behind, and would pile up more by coming again.
   */
  admit(req: IncomingMessage, res: ServerResponse): () => void;
}

/**
 * Refuses requests at once while too many are being answered: with Postgres slow, each one more would only make all of
 * them later, until clients give up on answers that are still being worked on.
 * @param mostAtWork requests answered at once, those whose body is still arriving not counted
 */
export function createOverload(log: Log, mostAtWork: number): Overload {
  const report = createReport(log, mostAtWork);
  let [open, atWork] = [0, 0];
  return {
    admit(req, res) {
      // A task that refuses some requests is alive, and stays in service for those that it takes.
      if (isHealthCheck(req.url)) return () => undefined;
      const hasBody = isUpload(req);
      if (atWork >= mostAtWork || (hasBody && open >= mostAtWork * uploadsPerRequest)) {
        report();
        throw new OverloadedError();
      }
      let isAtWork = false;
      const begin = () => {
        isAtWork = true;
        atWork += 1;
      };
      open += 1;
      if (hasBody) req.once("end", begin);
      else begin();
      const leave = afterBoth(() => {
        req.off("end", begin);
        open -= 1;
        if (isAtWork) atWork -= 1;
      });
      res.once("close", leave);
      return leave;
    },
  };
}

function afterBoth(then: () => void): () => void {
  let isSecond = false;
  return () => {
    if (isSecond) then();
    isSecond = true;
  };
}

function createReport(log: Log, mostAtWork: number): () => void {
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return () => {
    refused += 1;
    if (performance.now() - reportedAt < reportIntervalMilliseconds) return;
    log("http.overloaded", { refused, most_at_work: mostAtWork });
    [refused, reportedAt] = [0, performance.now()];
  };
}

/** Only a POST's body is waited for: behind another request nothing reads it. */
function isUpload({ method, headers }: IncomingMessage): boolean {
  return (
    method === "POST" && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0)
  );
}
