import { timingSafeEqual } from "node:crypto";
import { createBatcher } from "@gift/batch/batcher";
import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { ApiKeyScope } from "./api-key.ts";
import type { Verifier } from "./credential.ts";

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
  readonly isUseDue: boolean;
}

export interface KeyVerifier {
  /** @returns undefined for a key that is unknown, expired or revoked: which of these, nobody is told */
  verify(presented: Verifier): Promise<VerifiedKey | undefined>;
}

/**
 * Asks Postgres whether keys are valid. What is presented while a query is under way goes out together in the next: any
 * number of wrong keys costs one connection of the pool, and the right ones among them wait for no queue.
 * @param db the database
 */
export function createKeyVerifier(db: Kysely<Database>): KeyVerifier {
  const batcher = createBatcher<Verifier, VerifiedKey | undefined>({
    maxItems: 500,
    maxParallel: 1,
    lingerMilliseconds: 0,
    async run(presented) {
      const found = await findActive(db, presented);
      const matches = presented.map(({ prefix, hash }) => matching(found.get(prefix), hash));
      const due = matches.filter((row) => row?.isUseDue).map((row) => row?.id);
      if (due.length > 0) await recordUse(db, due);
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

/** Every ten minutes at most: an exact time would be a write for each request. */
async function recordUse(db: Kysely<Database>, ids: readonly (string | undefined)[]): Promise<void> {
  await sql`
    insert into api_key_uses (key_id, last_used_at)
    select distinct key_id, now() from unnest(${ids}::uuid[]) as used (key_id) order by key_id
    on conflict (key_id) do update set last_used_at = excluded.last_used_at`.execute(db);
}

function withoutHash({ id, prefix, clientId, scopes, rateLimitPerMinute }: Row): VerifiedKey {
  return { id, prefix, clientId, scopes, rateLimitPerMinute };
}
