import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase } from "@gift/core/database/database";
import type { Kysely } from "kysely";
import type { DatabaseLink } from "../database-link.ts";

/** What the database says about the demo's gifts, where a client can't look. */
export interface Evidence {
  /** Attempts beyond each gift's first. */
  readonly retries: number;
  readonly deadLetters: number;
}

/** A dead letter takes one more receive and one poll of its handler after the gift is FAILED. */
const deadLetterDeadlineMilliseconds = 10_000;

/**
 * Counts attempts and dead letters of the gifts created since a moment.
 * @param link undefined when this shell knows no database: then there is no evidence
 * @param since of the database's clock, which on one machine is this one's
 * @param failed gifts that ended FAILED; their dead letters are waited for
 */
export async function readEvidence(
  link: DatabaseLink | undefined,
  since: Date,
  failed: number,
): Promise<Evidence | undefined> {
  if (!link) return undefined;
  const { host, port, database, username: user, password } = link;
  const db = openDatabase({ host, port, database, user, password, maxConnections: 1, applicationName: "gift demo" });
  try {
    const deadline = Date.now() + deadLetterDeadlineMilliseconds;
    while ((await countDeadLetters(db, since)) < failed && Date.now() < deadline) await pause(200);
    return { retries: await countRetries(db, since), deadLetters: await countDeadLetters(db, since) };
  } finally {
    await db.destroy();
  }
}

async function countRetries(db: Kysely<Database>, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom("send_attempts")
    .innerJoin("gifts", "gifts.id", "send_attempts.gift_id")
    .where("gifts.created_at", ">=", since)
    .where("send_attempts.number", ">", 1)
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function countDeadLetters(db: Kysely<Database>, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom("dead_letters")
    .where("created_at", ">=", since)
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}
