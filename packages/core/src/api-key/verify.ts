import { timingSafeEqual } from "node:crypto";
import { createBatcher } from "@gift/batch/batcher";
import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { ApiKeyScope } from "./api-key.ts";
import type { Verifier } from "./credential.ts";
import { createUseRecorder, type UseRecorderOptions } from "./use.ts";

/** What a valid key stands for. */
export interface VerifiedKey {
  readonly id: string;
  readonly prefix: string;
  readonly clientId: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly rateLimitPerMinute: number | null;
}

interface Row extends VerifiedKey {
  readonly hash: Buffer;
  /** Every ten minutes at most: an exact time would be a write for each request. */
  readonly isUseDue: boolean;
}

export interface KeyVerifier {
  /** @returns undefined for a key that is unknown, expired or revoked: which of these, nobody is told */
  verify(presented: Verifier): Promise<VerifiedKey | undefined>;
}

/**
 * Asks Postgres whether keys are valid. What is presented while queries are under way goes out together in the next:
 * any number of wrong keys costs two connections of the pool, and the right ones among them wait for no queue. Two, so
 * that one query without an answer isn't everybody's.
 * @param db the database
 * @param options who is told when the use of a key can't be written, which is nobody's reason to refuse it
 */
export function createKeyVerifier(db: Kysely<Database>, options: UseRecorderOptions = {}): KeyVerifier {
  const recordUses = createUseRecorder(db, options);
  const batcher = createBatcher<Verifier, VerifiedKey | undefined>({
    maxItems: 500,
    maxParallel: 2,
    async run(presented) {
      const found = await findActive(db, presented);
      const matches = presented.map(({ prefix, hash }) => matching(found.get(prefix), hash));
      recordUses(matches.flatMap((row) => (row?.isUseDue ? [row.id] : [])));
      return matches.map((row) => ({ status: "fulfilled", value: row && withoutHash(row) }));
    },
  });
  return { verify: (presented) => batcher.add(presented) };
}

async function findActive(db: Kysely<Database>, presented: readonly Verifier[]): Promise<ReadonlyMap<string, Row>> {
  const prefixes = Array.from(new Set(presented.map(({ prefix }) => prefix)));
  const { rows } = await sql<Row>`
    select id, prefix, hash, client_id as "clientId", scopes, rate_limit_per_minute as "rateLimitPerMinute",
      coalesce(last_used_at < now() - interval '10 minutes', true) as "isUseDue"
    from api_keys left join api_key_uses on key_id = id
    where prefix = any(${prefixes}) and revoked_at is null and (expires_at is null or expires_at > now())`.execute(db);
  return new Map(rows.map((row) => [row.prefix, row]));
}

/** A prefix that nobody has is compared too, with nothing: an answer takes as long either way. */
function matching(row: Row | undefined, hash: string): Row | undefined {
  const isEqual = timingSafeEqual(row?.hash ?? Buffer.alloc(32), Buffer.from(hash, "hex"));
  return isEqual ? row : undefined;
}

function withoutHash({ id, prefix, clientId, scopes, rateLimitPerMinute }: Row): VerifiedKey {
  return { id, prefix, clientId, scopes, rateLimitPerMinute };
}
