import type { Database } from "@gift/core/database/database";
import { type AcceptedInSecond, acceptedPerSecond } from "@gift/core/figure/accepted-per-second";
import { type FailedGifts, tallyFailedGifts } from "@gift/core/figure/failed-gifts";
import { countGifts, type StatusCount } from "@gift/core/figure/gifts-by-status";
import { type OpenDeadLetters, tallyOpenDeadLetters } from "@gift/core/figure/open-dead-letters";
import {
  type AttemptTally,
  type RecentFailure,
  recentFailures,
  tallyAttempts,
} from "@gift/core/figure/recent-attempts";
import { type SentInSecond, sentPerSecond } from "@gift/core/figure/sent-per-second";
import { longestQueuedSeconds } from "@gift/core/gift/longest-queued";
import { type OutboxStatus, outboxStatus } from "@gift/core/outbox/status";
import type { Kysely } from "kysely";

/** What one round reads from Postgres. */
export interface DatabaseFigures {
  /** Seconds back that `accepted` and `sent` cover. */
  readonly windowSeconds: number;
  readonly gifts: readonly StatusCount[];
  readonly longestQueuedSeconds: number | null;
  readonly outbox: readonly OutboxStatus[];
  readonly accepted: readonly AcceptedInSecond[];
  readonly sent: readonly SentInSecond[];
  readonly lastMinute: AttemptTally;
  readonly failures: readonly RecentFailure[];
  readonly openDeadLetters: readonly OpenDeadLetters[];
  /** Those of the last day that have no dead letter. */
  readonly failedGifts: readonly FailedGifts[];
}

/** Catching up after a gap looks this far back once. */
const longTail = { attempts: 200_000, pages: 8_192 };
const usualWindowSeconds = 10;

/**
 * Among how many of the newest rows the last seconds are looked for: a minute's, as the last round counted them, and
 * half of that. It costs 1 ms at rest, and 5 ms at the most, which is enough for 300 attempts a second.
 */
function usualTail(begunInMinute: number) {
  return { attempts: Math.min(20_000, 2_000 + Math.round(begunInMinute * 1.5)), pages: 256 };
}

export const tallySeconds = 60;
const mostFailures = 8;

/**
 * How to read what the live page shows of Postgres: nine short statements.
 * @param db the database, as the operator
 * @returns a function of how many seconds back the series are wanted
 */
export function databaseReader(db: Kysely<Database>): (windowSeconds: number) => Promise<DatabaseFigures> {
  let tail = usualTail(longTail.attempts);
  return async (windowSeconds) => {
    const figures = await readFigures(db, windowSeconds, tail);
    tail = usualTail(figures.lastMinute.begun);
    return figures;
  };
}

async function readFigures(
  db: Kysely<Database>,
  windowSeconds: number,
  tail: ReturnType<typeof usualTail>,
): Promise<DatabaseFigures> {
  const { attempts, pages } = windowSeconds > usualWindowSeconds ? longTail : tail;
  const [gifts, longest, outbox, accepted, sent, lastMinute, failures, openDeadLetters, failedGifts] =
    await Promise.all([
      countGifts(db),
      longestQueuedSeconds(db),
      outboxStatus(db),
      acceptedPerSecond(db, { seconds: windowSeconds, pages }),
      sentPerSecond(db, { seconds: windowSeconds, attempts }),
      tallyAttempts(db, { seconds: tallySeconds, attempts: tail.attempts }),
      recentFailures(db, { limit: mostFailures, attempts: tail.attempts }),
      tallyOpenDeadLetters(db),
      tallyFailedGifts(db),
    ]);
  return {
    windowSeconds,
    gifts,
    longestQueuedSeconds: longest,
    outbox,
    accepted,
    sent,
    lastMinute,
    failures,
    openDeadLetters,
    failedGifts,
  };
}
