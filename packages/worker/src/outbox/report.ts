import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import { isBlocked, type SweepEnd } from "./pace.ts";

/** A blocked outbox is said again this often, so that an outage of hours is a page of log and not a flood. */
const repeatMilliseconds = 300_000;

/**
 * Creates the reporter of sweeps: what was published, that nothing can be (when it begins, when its reason changes, and
 * rarely after that).
 * @param log the process's log
 * @param now monotonic milliseconds
 */
export function createSweepReport(log: Log, now = () => performance.now()): (end: SweepEnd) => void {
  let blocked: { reason: string; loggedAt: number } | undefined;

  function reportBlocked(err: unknown): void {
    const fields = errorFields(err);
    const reason = `${fields.error_code}: ${fields.error_message}`;
    const isOldNews = blocked?.reason === reason && now() - blocked.loggedAt < repeatMilliseconds;
    if (isOldNews) return;
    blocked = { reason, loggedAt: now() };
    log("outbox.blocked", fields);
  }

  return (end) => {
    if (end.kind === "failed") return reportBlocked(end.err);
    const { claimed, published, error } = end;
    if (isBlocked(end)) return reportBlocked(error);
    if (published === 0) return;
    blocked = undefined;
    log("outbox.swept", { published, refused: claimed - published, ...(error !== undefined && errorFields(error)) });
  };
}
