import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { isDatabaseUnavailable } from "@gift/core/database/unavailable";
import type { CompiledQuery, Kysely } from "kysely";
import { inVirtualTime } from "../../support/virtual-time/install.ts";
import { createRandom } from "../../support/virtual-time/random.ts";
import { openRemoteDatabase } from "../lifecycle/remote-database.ts";
import { empty, type Session } from "../lifecycle/session.ts";
import { type SeededGift, seedGifts } from "./gifts.ts";
import type { Call, CrowdProgram } from "./program.ts";

/** A call, and what became of it. */
export interface Asked<Result> {
  readonly call: Call;
  /** Its place among the calls. */
  readonly index: number;
  readonly result?: Result;
  /** As it is shown: a domain error's code, or the words of any other. */
  readonly error?: string;
  /** The database was away: what the call asked for is done or not. */
  readonly isUnheard: boolean;
}

export interface Crowd<Result> {
  readonly gifts: readonly SeededGift[];
  readonly asked: readonly Asked<Result>[];
  /** What Postgres itself refused. */
  readonly failures: readonly string[];
  /** Where the books are. */
  readonly db: Kysely<Database>;
}

/**
 * Lets all call, each at its time.
 * @param verb made once for all, as a process does
 */
export async function askInCrowd<Result>(
  session: Session,
  { seed, gifts: plans, calls, database }: CrowdProgram,
  verb: (db: Kysely<Database>, gifts: readonly SeededGift[]) => (call: Call, index: number) => Promise<Result>,
): Promise<Crowd<Result>> {
  await empty(session.db);
  const gifts = await seedGifts(session.db, plans);
  const failures: string[] = [];
  const heard = listening(session, failures);
  const asked = await inVirtualTime({ seed, startsAt: Date.now() }, async (clock) => {
    const random = createRandom(seed);
    const ask = verb(openRemoteDatabase({ session: heard, clock, random, faults: () => database }), gifts);
    return await Promise.all(calls.map((call, index) => askOnce(call, index, ask)));
  });
  return { gifts, asked, failures, db: session.db };
}

/** A statement that fails is asked again row by row, and works: without a witness nobody would hear of it. */
function listening(session: Session, failures: string[]): Session {
  return {
    ...session,
    execute: async <Row>(query: CompiledQuery, now: number) => {
      try {
        return await session.execute<Row>(query, now);
      } catch (err) {
        failures.push(`a statement failed: ${err}`);
        throw err;
      }
    },
  };
}

async function askOnce<Result>(
  call: Call,
  index: number,
  ask: (call: Call, index: number) => Promise<Result>,
): Promise<Asked<Result>> {
  await sleep(call.atMilliseconds);
  try {
    return { call, index, result: await ask(call, index), isUnheard: false };
  } catch (err) {
    const code = err instanceof Error && "code" in err ? String(err.code) : String(err);
    return { call, index, error: code, isUnheard: isDatabaseUnavailable(err) };
  }
}

/** What the database may hold of calls: each that was heard of, and any of those that weren't. */
export function isPossible(count: number, heard: number, unheard: number): boolean {
  return count >= heard && count <= heard + unheard;
}
