import type { Database } from "@gift/core/database/database";
import { countOpenDeadLetters, type OpenLetters } from "@gift/core/dead-letter/count-open";
import { countGifts, type StatusCount } from "@gift/core/gift/count-by-status";
import { longestQueuedSeconds } from "@gift/core/gift/longest-queued";
import { type OutboxStatus, outboxStatus } from "@gift/core/outbox/status";
import { type AttemptTally, type RecentFailure, recentFailures, tallyAttempts } from "@gift/core/send-attempt/recent";
import { type SentInSecond, sentPerSecond } from "@gift/core/send-attempt/sent-per-second";
import { type AcceptedInSecond, acceptedPerSecond } from "@gift/core/send-request/accepted-per-second";
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
  readonly openLetters: readonly OpenLetters[];
}

/**
 * How far back newest rows are looked for. Enough for 600 sends a second with attempts of half a minute, read in 5 ms;
 * catching up after a gap reads more once.
 */
const tail = { attempts: 20_000, pages: 256 };
const longTail = { attempts: 200_000, pages: 8_192 };
const usualWindowSeconds = 10;

export const tallySeconds = 60;
const mostFailures = 8;

/**
 * Reads what the live page shows of Postgres: eight short statements.
 * @param db the database, as the operator
 * @param windowSeconds how far back the series are wanted
 */
export async function readDatabaseFigures(db: Kysely<Database>, windowSeconds: number): Promise<DatabaseFigures> {
  const { attempts, pages } = windowSeconds > usualWindowSeconds ? longTail : tail;
  const [gifts, longest, outbox, accepted, sent, lastMinute, failures, openLetters] = await Promise.all([
    countGifts(db),
    longestQueuedSeconds(db),
    outboxStatus(db),
    acceptedPerSecond(db, { seconds: windowSeconds, pages }),
    sentPerSecond(db, { seconds: windowSeconds, attempts }),
    tallyAttempts(db, { seconds: tallySeconds, attempts: tail.attempts }),
    recentFailures(db, { limit: mostFailures, attempts: tail.attempts }),
    countOpenDeadLetters(db),
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
    openLetters,
  };
}
