import type { Database } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { migrations } from "@gift/core/migration/migrations";
import { type Kysely, sql } from "kysely";
import { describe, expect, test } from "vitest";
import { databaseAt, upTo } from "./database-at.ts";
import { type OldStatement, oldStatements } from "./old-statement.ts";

const names = Object.keys(migrations);

async function run(db: Kysely<Database>, { given, statement }: OldStatement): Promise<number> {
  await given?.execute(db);
  const { rows } = await sql<{ id: string }>`
    insert into gifts (amount, status, request_id) values (1, 'QUEUED', 'key-1') returning id`.execute(db);
  return (await statement(rows[0]?.id ?? "").execute(db)).rows.length;
}

describe.each(oldStatements)("the version of $of, which $does", (old) => {
  const later = names.slice(names.indexOf(old.of) + 1);
  test(`works on its own schema and on each after it: ${later.join(", ")}`, async () => {
    const { db } = await databaseAt(old.of);
    for (const name of [old.of, ...later]) {
      await migrate(db, upTo(name));
      const rolledBack = await db.startTransaction().execute();
      expect([name, await run(rolledBack, old)]).toEqual([name, 1]);
      await rolledBack.rollback().execute();
    }
  });
});

test("each migration has statements of a version before it, but the second, which only adds tables of its own", () => {
  expect(names.slice(1).filter((name) => !oldStatements.some(({ of }) => of < name))).toEqual([
    "0002-simulated-provider",
  ]);
});
