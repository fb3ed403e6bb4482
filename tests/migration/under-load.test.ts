import { migrate } from "@gift/core/migration/migrate";
import { migrations, newestMigration } from "@gift/core/migration/migrations";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { databaseAt } from "./database-at.ts";
import { type Load, startLoad } from "./load.ts";
import { addColumns, next } from "./next-version.ts";

const own = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const failing: Readonly<Record<string, Migration>> = {
  ...next,
  "9001-half-way": {
    async up(db) {
      await sql`alter table gifts drop column amount`.execute(db);
      await sql`alter table outbox rename to mailbox`.execute(db);
      throw new Error("the power went");
    },
  },
};

async function expectOnlySuccesses(load: Load): Promise<number> {
  const { statuses, slowestMilliseconds, alarms } = await load.stop();
  expect(statuses).toEqual(new Set([200, 201, 202]));
  expect(alarms).toEqual([]);
  return slowestMilliseconds;
}

// Far more than it takes: a busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

test("a migration that fails half-way, and then the next version's, are applied while gifts are sent: no request fails, no gift is lost or sent twice", async () => {
  const load = await startLoad(own, sqs);
  await load.rounds(5);
  await expect(migrate(own.db, failing)).rejects.toThrow("9001-half-way failed; nothing was changed");
  await load.rounds(5);
  expect((await load.api.call("GET", "/readyz")).status).toBe(200);
  expect((await migrate(own.db, next)).map(({ migrationName }) => migrationName)).toEqual(["9000-next"]);
  await load.rounds(5);
  expect((await load.api.call("GET", "/readyz")).status).toBe(200);
  await expectOnlySuccesses(load);
});

test("a long transaction in its way makes the migration wait and no request: each attempt soon lets them through", async () => {
  const { db, connection } = await databaseAt(newestMigration);
  const load = await startLoad({ db, connection }, sqs);
  await load.rounds(2);
  // A report, a dump, a forgotten session: it has read gifts and isn't over. Its own ten idle seconds are not the
  // matter.
  const trx = await db.startTransaction().execute();
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
  await sql`select count(*) from gifts`.execute(trx);
  const attempts = countAttempts();
  const migrated = migrate(db, attempts.counted);
  await vi.waitFor(() => expect(attempts.count()).toBeGreaterThanOrEqual(3), { timeout: 15_000, interval: 50 });
  await load.rounds(2);
  await trx.commit().execute();
  expect((await migrated).map(({ migrationName }) => migrationName)).toEqual(["9000-next"]);
  await load.rounds(2);
  // The third attempt waits 1.3 s, the others half a second; and what the machine does besides.
  expect(await expectOnlySuccesses(load)).toBeLessThan(3_300);
});

/** Kysely begins a migration anew with each attempt. */
function countAttempts() {
  let count = 0;
  const counted = {
    ...migrations,
    "9000-next": {
      async up(db: Kysely<unknown>) {
        count += 1;
        await addColumns(db);
      },
    },
  };
  return { counted, count: () => count };
}
