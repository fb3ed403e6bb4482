import type { Audit, Finding } from "@gift/rehearsal/audit/audit";
import type { Unsettled } from "@gift/rehearsal/audit/settle";
import type { AccessCounts } from "./access/access-counts.ts";
import type { Leftovers } from "./audit/books.ts";
import type { Injected } from "./fault/carry-out.ts";

/** How a run of chaos went. */
export interface Result {
  readonly seed: number;
  readonly minutes: number;
  readonly injected: Injected;
  /** Of the kills. */
  readonly emulatorKills: number;
  /** Starts of a process that failed while what it needs was away; it was started again. */
  readonly failedStarts: number;
  readonly gifts: number;
  /** Requests that clients made again. */
  readonly retries: number;
  /** Keys that came second and were refused. */
  readonly refusals: number;
  /** Accepted keys that were asked once more at the end. */
  readonly replays: number;
  readonly access: AccessCounts;
  readonly audit: Audit;
  readonly leftovers: Leftovers;
  /** Messages that the emulator lost when it was killed, written again by `ops gifts requeue`. */
  readonly requeued: number;
  readonly unsettled: Unsettled;
  /** Gifts with anything else that doesn't add up. */
  readonly findings: readonly Finding[];
  /** What doesn't concern a gift, in sentences. */
  readonly problems: readonly string[];
  /** Stories of gifts with findings. */
  readonly evidence: readonly string[];
  /** From the end of the faults until nothing was on its way. */
  readonly quietAfterSeconds: number;
}

/** Everything that is wrong, in sentences; none when the run succeeded. */
export function failuresOf({ access, audit, unsettled, findings, problems }: Result): readonly string[] {
  return [
    ...together("lost", audit.lost),
    ...together("doubled", audit.doubled),
    ...together("wrong", findings),
    ...Object.entries(unsettled).flatMap(([what, count]) => (count > 0 ? [`${what}: ${count} never ended`] : [])),
    ...untried(access),
    ...Array.from(Map.groupBy(problems, String), ([problem, same]) =>
      same.length > 1 ? `${problem} (${same.length} times)` : problem,
    ),
  ];
}

/** A door at which nobody knocked has not held. */
function untried({ strangersRefused, intrudersRefused, revoked, rotated }: AccessCounts): readonly string[] {
  const tried = {
    "another client's gift": strangersRefused,
    "anything without a right key": intrudersRefused,
    "anything with the revoked key": Math.min(revoked.passed, revoked.refused),
    "anything with the rotated key": Math.min(rotated.passed, rotated.refused),
  };
  return Object.entries(tried).flatMap(([what, count]) => (count === 0 ? [`nobody asked for ${what}`] : []));
}

function together(verdict: string, findings: readonly Finding[]): readonly string[] {
  return Array.from(
    Map.groupBy(findings, ({ why }) => why),
    ([why, same]) => `${same.length} ${verdict}: ${why}; e.g. ${same[0]?.giftId}`,
  );
}
