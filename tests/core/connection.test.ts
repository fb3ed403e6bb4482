import { openDatabase } from "@gift/core/database/database";
import { isDatabaseBusy } from "@gift/core/database/unavailable";
import { openLinkedDatabase } from "@gift/link/database";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { endSessions, lockRow } from "../support/row-lock.ts";
import { giftIn } from "./gift-in.ts";

const database = useTestDatabase();

test("a connection that breaks while it is checked out is reported and replaced, and doesn't end the process", async () => {
  const lost = Promise.withResolvers<Error>();
  const options = { ...database.connection, applicationName: "checked-out", maxConnections: 1 };
  const db = openDatabase({ ...options, onConnectionLost: lost.resolve });
  onTestFinished(() => db.destroy());
  const trx = await db.startTransaction().execute();
  await sql`select 1`.execute(trx);
  await endSessions(database.db, "checked-out");
  expect((await lost.promise).message).toContain("terminating connection");
  await expect(sql`select 1`.execute(trx)).rejects.toThrow();
  await trx
    .rollback()
    .execute()
    .catch(() => undefined);
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
});

test("a connection of an entry point waits for nothing for ever: not for a statement, a lock, or its own client", async () => {
  const { user: username, ...address } = database.connection;
  const link = { ...address, username, auth: "password", password: "" } as const;
  const db = openLinkedDatabase(link, { applicationName: "bounds", maxConnections: 1 });
  onTestFinished(() => db.destroy());
  const { rows } = await sql`
    select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle`.execute(db);
  expect(rows).toEqual([{ statement: "10s", lock: "5s", idle: "10s" }]);
});

test("a lock that isn't to be had ends the wait for it by lock_timeout, before the statement's own time is over", async () => {
  const gift = await giftIn(database.db, "CREATED");
  const lock = await lockRow(database.connection, "gifts", gift.id);
  const waiting = sql`update gifts set amount = 2 where id = ${gift.id}`.execute(database.db);
  const err = await waiting.catch((reason: unknown) => reason);
  await lock.release();
  expect(err).toMatchObject({ code: "55P03" });
  // Which the API answers with a 503: tests/api/database-away.test.ts
  expect(isDatabaseBusy(err)).toBe(true);
}, 20_000);
