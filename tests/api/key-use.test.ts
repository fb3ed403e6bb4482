import { findApiKey } from "@gift/core/api-key/list";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { useApi } from "./api.ts";

const api = useApi({ authentication: "api-key" });
test("a valid key is let in although its use can't be written, and the log says so without the key", async () => {
  const { db } = api.database;
  await sql`
    create function refuse() returns trigger language plpgsql as $$
    begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$`.execute(db);
  await sql`create trigger refuse before insert on api_key_uses execute function refuse()`.execute(db);
  const { key, prefix, headers } = await issueKey(db);
  expect((await api.create({ amount: 1 }, headers)).status).toBe(201);
  await expect.poll(() => api.events()).toContain("api_key.use_unrecorded");
  const line = api.lines.find(({ event }) => event === "api_key.use_unrecorded");
  expect(line).toMatchObject({ status: "warn", error_code: "53100", error_message: "no space left on device" });
  expect(JSON.stringify(api.lines)).not.toContain(key.slice(14));
  expect((await findApiKey(db, prefix)).lastUsedAt).toBeNull();
});

test("a valid key is let in while somebody holds its row, and so is everybody else", async () => {
  const { db } = api.database;
  const [held, other] = [await issueKey(db), await issueKey(db, { clientId: "bank" })];
  const trx = await db.startTransaction().execute();
  await sql`select from api_keys where prefix = ${held.prefix} for update`.execute(trx);
  for (const { headers } of [held, other]) expect((await api.create({ amount: 1 }, headers)).status).toBe(201);
  await trx.rollback().execute();
});
