import { openDatabase } from "@gift/core/database/database";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { endSessions } from "../support/row-lock.ts";

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
