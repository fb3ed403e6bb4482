import type { Database } from "@gift/core/database/database";
import { tellStory } from "@gift/core/gift/story";
import { storyLine } from "@gift/core/gift/story-line";
import type { Finding } from "@gift/rehearsal/audit/audit";
import { type Kysely, sql } from "kysely";

/** More stories than this are no longer read. */
const mostStories = 5;

/** The stories of the first gifts with which something is wrong, as `bun run ops gift show` tells them. */
export async function tellEvidence(db: Kysely<Database>, findings: readonly Finding[]): Promise<readonly string[]> {
  const ids = Array.from(new Set(findings.map(({ giftId }) => giftId))).slice(0, mostStories);
  return await Promise.all(ids.map((id) => tellOne(db, id).catch((err: unknown) => `gift ${id}: ${String(err)}`)));
}

async function tellOne(db: Kysely<Database>, giftId: string): Promise<string> {
  const { gift, events } = await tellStory(db, giftId);
  const lines = events.map(
    (event) => `  ${event.at.toISOString()} ${event.event} ${event.request_id ?? ""} ${storyLine(event)}`,
  );
  const { rows: calls } = await sql<{ line: string }>`
    select format('  provider: %s, %s calls, %s effects', idempotency_key, calls, effects) as line
    from simulated_provider.sends where gift_id = ${giftId}`.execute(db);
  const head = `gift ${giftId}: ${gift.status}, ${gift.lastError ?? "no error"}, "${gift.message ?? ""}"`;
  return [head, ...lines, ...calls.map(({ line }) => line)].join("\n");
}
