import { revokeApiKey } from "@gift/core/api-key/revoke";
import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import { expect, test } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

/** As the owner, whom no right to a column holds back. */
async function change(prefix: string, set: string, db: Kysely<Database> = own.db): Promise<unknown> {
  return await sql`update api_keys set ${sql.raw(set)} where prefix = ${prefix}`.execute(db);
}

const inAnHour = () => new Date(Date.now() + 3_600_000);

test.each([
  "revoked_at = null, revoked_by = null",
  "revoked_by = 'eve'",
  "revoked_at = now()",
  "revoked_at = now() + interval '1 year', revoked_by = 'eve'",
  "expires_at = now()",
])("a revocation stays, and so does who made it: %s is refused to everybody", async (set) => {
  const { prefix } = await issueKey(own.db);
  await revokeApiKey(own.db, { prefix, operator: "olga" });
  await expect(change(prefix, set)).rejects.toMatchObject({ code: "23514", constraint: "api_keys_revoked_for_good" });
});

test.each(["expires_at = null", "expires_at = expires_at + interval '1 second'", "expires_at = 'infinity'"])(
  "a key's end never moves away: %s is refused to everybody",
  async (set) => {
    const { prefix } = await issueKey(own.db, { expiresAt: inAnHour() });
    await expect(change(prefix, set)).rejects.toMatchObject({ code: "23514", constraint: "api_keys_end_no_later" });
  },
);

test("a key that has expired is not brought back", async () => {
  const { prefix } = await issueKey(own.db, { expiresAt: new Date(0) });
  await expect(change(prefix, "expires_at = now() + interval '1 hour'")).rejects.toThrow("can end earlier, not later");
});

test("a key may end earlier, and may be revoked whether it has an end, has none, or is over", async () => {
  for (const expiresAt of [inAnHour(), null, new Date(0)]) {
    const { prefix } = await issueKey(own.db, { expiresAt });
    await change(prefix, "expires_at = least(expires_at, now() + interval '1 minute')");
    await change(prefix, "expires_at = least(expires_at, now() + interval '1 day')");
    expect(await revokeApiKey(own.db, { prefix, operator: "olga" })).toBe(true);
  }
});
