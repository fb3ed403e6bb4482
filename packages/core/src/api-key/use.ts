import { createBatcher } from "@gift/batch/batcher";
import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Uses that wait for the statement under way. Those beyond are left to their keys' next verification, seconds later.
 */
const mostWaiting = 1_000;

/**
 * After a failure nothing is written for so long, so that a full disk is a line in the log now and then, not one per
 * request.
 */
export const secondsOfRest = 10;

export interface UseRecorderOptions {
  /**
   * Told of a statement that failed: some keys have an older `lastUsedAt` than they should, until they are used again.
   */
  onUseUnrecorded?(err: unknown): void;
  /** Milliseconds on a clock that never goes back. */
  now?(): number;
}

/**
 * Writes down when keys were last used, beside the requests that used them: nobody waits for it, and no failure of it
 * (a lock, a right, a full disk) shuts a valid key out. One statement at a time, so that a slow database isn't given
 * more of them.
 * @param db the database; destroyed, it lets the statement under way finish, and the uses that wait for it fail
 * @returns takes the ids of keys
 */
export function createUseRecorder(
  db: Kysely<Database>,
  { onUseUnrecorded, now = () => performance.now() }: UseRecorderOptions,
): (ids: readonly string[]) => void {
  let restsUntil = Number.NEGATIVE_INFINITY;
  const batcher = createBatcher<string, void>({
    maxItems: mostWaiting,
    maxParallel: 1,
    async run(ids) {
      try {
        await recordUse(db, ids);
      } catch (err) {
        restsUntil = now() + secondsOfRest * 1_000;
        onUseUnrecorded?.(err);
      }
      return ids.map(() => ({ status: "fulfilled", value: undefined }));
    },
  });
  return (ids) => {
    if (now() < restsUntil) return;
    for (const id of ids) if (batcher.size() < mostWaiting) void batcher.add(id);
  };
}

async function recordUse(db: Kysely<Database>, ids: readonly string[]): Promise<void> {
  await sql`
    insert into api_key_uses (key_id, last_used_at)
    select distinct key_id, now() from unnest(${ids}::uuid[]) as used (key_id) order by key_id
    on conflict (key_id) do update set last_used_at = excluded.last_used_at`.execute(db);
}
