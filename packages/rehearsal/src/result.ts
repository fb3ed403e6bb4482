import type { Audit, Finding } from "./audit/audit.ts";
import type { Unsettled } from "./audit/settle.ts";

/** How one rehearsal went. Durations are in seconds of this machine's time unless they say otherwise. */
export interface Result {
  readonly scenario: string;
  readonly injected: string;
  readonly alerts: readonly AlertResult[];
  /** Monitors that should have alerted and didn't. */
  readonly missing: readonly string[];
  /** Monitors that still alert although all is repaired, the expected ones that look back for hours aside. */
  readonly stuck: readonly string[];
  /** From the injection to the first expected alert; undefined when none was expected or came. */
  readonly detectedAfterSeconds: number | undefined;
  /** From the injection until everything that was accepted meanwhile had its outcome. */
  readonly repairedAfterSeconds: number;
  /** Gifts whose client had to ask again, or whose send took longer than two seconds, was redriven or failed. */
  readonly affected: number;
  /** Requests that clients had to make again. */
  readonly retriedRequests: number;
  readonly audit: Audit;
  readonly unsettled: Unsettled;
  /** What else didn't hold, in sentences. */
  readonly problems: readonly string[];
}

export interface AlertResult {
  readonly monitor: string;
  readonly priority: 1 | 2 | 3;
  readonly isExpected: boolean;
  readonly value: number | undefined;
  readonly threshold: number;
  readonly afterSeconds: number;
  /**
   * What it would have taken on AWS: this time in the monitors' scale, and CloudWatch's delay where it is the source.
   */
  readonly onAwsMinutes: number;
}

/** What of a result is wrong, in sentences; none when the rehearsal succeeded. */
export function failuresOf({ missing, stuck, audit, unsettled, problems }: Result): readonly string[] {
  return [
    ...missing.map((monitor) => `${monitor} should have alerted and didn't`),
    ...stuck.map((monitor) => `${monitor} still alerts although all is repaired`),
    ...together("lost", audit.lost),
    ...together("doubled", audit.doubled),
    ...Object.entries(unsettled).flatMap(([what, count]) => (count > 0 ? [`${what}: ${count} never ended`] : [])),
    ...problems,
  ];
}

/** One sentence per reason, with a few of its gifts: `bun run ops gift show` begins with one. */
function together(verdict: "lost" | "doubled", findings: readonly Finding[]): readonly string[] {
  return Array.from(
    Map.groupBy(findings, ({ why }) => why),
    ([why, gifts]) => {
      const ids = gifts.slice(0, namedGifts).map(({ giftId }) => giftId);
      return `${gifts.length} ${verdict}: ${why}; e.g. ${ids.join(", ")}`;
    },
  );
}

const namedGifts = 3;
