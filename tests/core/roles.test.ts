import { randomUUID } from "node:crypto";
import { generateKey, parseKey } from "@gift/core/api-key/credential";
import { findApiKey } from "@gift/core/api-key/list";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { rotateApiKey } from "@gift/core/api-key/rotate";
import { createKeyVerifier } from "@gift/core/api-key/verify";
import type { Database } from "@gift/core/database/database";
import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { findDeadLetter, listDeadLetterIds } from "@gift/core/dead-letter/find";
import { changeOneByOne } from "@gift/core/dead-letter/one-by-one";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { redriveDeadLetter, redriveGift } from "@gift/core/dead-letter/redrive";
import { findGift, listGifts } from "@gift/core/gift/find";
import { requestSend } from "@gift/core/gift/request-send";
import { tellStory } from "@gift/core/gift/story";
import { migrate } from "@gift/core/migration/migrate";
import { privileges, roles } from "@gift/core/migration/privilege";
import { grantRoles } from "@gift/core/migration/roles";
import { isSchemaReady } from "@gift/core/migration/schema-version";
import { claimFromOutbox } from "@gift/core/outbox/claim";
import { deleteFromOutbox } from "@gift/core/outbox/delete";
import { postponeInOutbox } from "@gift/core/outbox/postpone";
import { outboxStatus } from "@gift/core/outbox/status";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { readReference, recordCall } from "@gift/worker/sender/provider-record";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { listAttempts } from "../support/attempts.ts";
import { begun, deadMessage, giftIn } from "./gift-in.ts";
import { type OwnedDatabase, ownedDatabase } from "./role-database.ts";

let own: OwnedDatabase;
let app: Kysely<Database>;
let ops: Kysely<Database>;

beforeAll(async () => {
  own = await ownedDatabase({ hasIam: false });
  await grantRoles(own.owner);
  app = own.as(roles.app);
  ops = own.as(roles.ops);
});
afterAll(() => own.close());

/** Everything that is granted on a table, by Postgres's own account. */
async function granted(role: string): Promise<Record<string, string[]>> {
  const { rows } = await sql<{ table: string; granted: string[] }>`
    with rights as (
      select relnamespace, relname, null as columns, lower(right_.privilege_type) as name, right_.grantee
      from pg_class cross join lateral aclexplode(relacl) as right_
      union all
      select relnamespace, relname, string_agg(attname, ', ' order by attname), lower(right_.privilege_type), right_.grantee
      from pg_class join pg_attribute on attrelid = pg_class.oid cross join lateral aclexplode(attacl) as right_
      group by relnamespace, relname, right_.privilege_type, right_.grantee
    )
    select relnamespace::regnamespace || '.' || relname as table,
      array_agg(name || coalesce(' (' || columns || ')', '') order by name) as granted
    from rights where grantee = ${role}::regrole group by 1`.execute(own.owner);
  return Object.fromEntries(rows.map((row) => [row.table, row.granted]));
}

function declared(role: keyof typeof roles): Record<string, string[]> {
  const rows = Object.entries(privileges).map(([table, by]) => [
    table.includes(".") ? table : `public.${table}`,
    (by[role] ?? []).toSorted(),
  ]);
  return Object.fromEntries(rows.filter(([, list]) => list?.length));
}

describe("granting", () => {
  test("every table of the schema has its line, and nothing else has", async () => {
    const { rows } = await sql<{ name: string }>`
      select case schemaname when 'public' then tablename else schemaname || '.' || tablename end as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') and tablename <> 'kysely_migration_lock'`.execute(
      own.owner,
    );
    expect(new Set(Object.keys(privileges))).toEqual(new Set(rows.map((row) => row.name)));
  });

  test.each(["app", "ops"] as const)("the %s role has exactly what the table says", async (role) => {
    expect(await granted(roles[role])).toEqual(declared(role));
  });

  test("eight processes that grant at once all succeed, and so does a run over a schema that has it all", async () => {
    const connections = Array.from({ length: 8 }, () => own.as(own.connection.user));
    const results = await Promise.all(connections.map((db) => grantRoles(db)));
    expect(results.map((result) => result.roles)).toEqual(results.map(() => ["gift_app", "gift_ops"]));
    expect(await granted(roles.app)).toEqual(declared("app"));
  });

  test("what was granted by hand, or by an earlier version, is taken back", async () => {
    await sql`grant delete, truncate on gifts to gift_app`.execute(own.owner);
    await sql`grant update (amount) on gifts to gift_app`.execute(own.owner);
    await sql`grant update on api_keys to gift_ops`.execute(own.owner);
    await sql`grant create on schema public to gift_app`.execute(own.owner);
    await grantRoles(own.owner);
    expect(await granted(roles.app)).toEqual(declared("app"));
    expect(await granted(roles.ops)).toEqual(declared("ops"));
    await expect(sql`create table mine (id integer)`.execute(app)).rejects.toThrow("permission denied for schema");
  });

  test("nobody else gets in", async () => {
    const stranger = `stranger_${randomUUID().slice(0, 8)}`;
    await sql`create role ${sql.id(stranger)} login`.execute(own.owner);
    await expect(sql`select`.execute(own.as(stranger))).rejects.toThrow("permission denied for database");
  });
});

describe("gift_app", () => {
  test("takes a gift through every state, and the provider's record with it", async () => {
    for (const status of ["CREATED", "QUEUED", "SENT", "FAILED"] as const)
      expect(await findGift(app, (await giftIn(app, status)).id, "anybody")).toMatchObject({ status });
    const gift = await giftIn(app, "QUEUED");
    const attempt = await begun(app, gift);
    const call = { idempotencyKey: gift.requestId, giftId: gift.id, effectiveAfterCalls: 0 };
    expect(await recordCall(app, call)).toBe(await recordCall(app, call));
    expect(await readReference(app, gift.requestId)).toEqual(expect.any(String));
    await recordRetry(app, attempt, { code: "PROVIDER_FAILED", message: "no" });
    expect(await recordDeadLetter(app, deadMessage(gift.body))).toMatchObject({ isNew: true, isGiftFailed: true });
  });

  test("answers a replay, and sweeps the outbox", async () => {
    const { id } = await giftIn(app, "CREATED");
    const request = { giftId: id, owner: "anybody" as const, requestId: "one", leaseSeconds: 0 };
    expect(await requestSend(app, request)).toMatchObject({ kind: "accepted" });
    expect(await requestSend(app, request)).toMatchObject({ kind: "replayed" });
    const ids = (await claimFromOutbox(app, { limit: 10, leaseSeconds: 0 })).map((message) => message.id);
    await postponeInOutbox(app, ids, "SQS is away");
    expect(await outboxStatus(app)).toHaveLength(1);
    await deleteFromOutbox(app, ids);
    expect(await outboxStatus(app)).toEqual([]);
  });

  test("verifies a key, and notes that it was used", async () => {
    const { key, prefix } = await issueKey(ops);
    const verifier = parseKey(key);
    expect(verifier && (await createKeyVerifier(app).verify(verifier))).toMatchObject({ clientId: "shop" });
    const lastUsed = async () => (await findApiKey(ops, prefix)).lastUsedAt;
    await expect.poll(lastUsed, { timeout: 10_000 }).toEqual(expect.any(Date));
  });

  test("resolves dead letters for the operator API", async () => {
    const gift = await giftIn(app, "FAILED");
    await recordDeadLetter(app, deadMessage(gift.body));
    await recordDeadLetter(app, deadMessage("nonsense"));
    const [letter = "", nonsense = ""] = (await listDeadLetterIds(app, { state: "OPEN" })).slice(-2);
    const batch = { operator: "olga:abcdefgh", ratePerSecond: 50, isDryRun: false };
    const redriven = await changeOneByOne(app, { ...batch, ids: [letter], action: "redrive" });
    const discarded = await changeOneByOne(app, { ...batch, ids: [nonsense], action: "discard" });
    expect([redriven, discarded]).toMatchObject([[{ outcome: "redriven" }], [{ outcome: "discarded" }]]);
  });

  test("sees whether the schema is new enough", async () => {
    expect(await isSchemaReady(app)).toBe(true);
  });

  test.each([
    ["create a table", "create table mine (id integer)"],
    ["create a temporary table", "create temporary table mine (id integer)"],
    ["create a schema", "create schema mine"],
    ["create a role", "create role mine"],
    ["drop a table", "drop table outbox"],
    ["change a table", "alter table gifts add column mine integer"],
    ["empty a table", "truncate outbox"],
    ["delete a gift", "delete from gifts"],
    ["rewrite an answered send request", "update send_requests set response_body = ''"],
    ["delete a dead letter", "delete from dead_letters"],
    ["issue itself a key", "insert into api_keys (prefix) values ('aaaaaaaa')"],
    ["give a key more rights", "update api_keys set scopes = '{operator}'"],
    ["forget that a key was used", "delete from api_key_uses"],
    ["forget what the provider did", "delete from simulated_provider.sends"],
    ["pretend to a schema version", "insert into kysely_migration values ('9999', '')"],
    ["hold up migrations", "select * from kysely_migration_lock for update"],
    ["become an operator", "set role gift_ops"],
    ["read the server's files", "select pg_read_file('PG_VERSION')"],
    ["read passwords", "select rolpassword from pg_authid"],
  ])("can't %s", async (_, statement) => {
    await expect(sql.raw(statement).execute(app)).rejects.toThrow(/permission denied|must be owner/);
  });
});

describe("gift_ops", () => {
  test("rotates a key and revokes both, by the columns that it may write", async () => {
    const { prefix } = await issueKey(ops);
    const { verifier } = generateKey();
    const rotation = { prefix, verifier, overlapSeconds: 60, operator: "olga" };
    await ops.transaction().execute((trx) => rotateApiKey(trx, rotation));
    for (const each of [prefix, verifier.prefix])
      expect(await revokeApiKey(ops, { prefix: each, operator: "olga" })).toBe(true);
  });

  test("reads everything that a story, a list or a status tells", async () => {
    const gift = await giftIn(app, "FAILED");
    await recordDeadLetter(app, deadMessage(gift.body));
    expect((await tellStory(ops, gift.id)).events.length).toBeGreaterThan(2);
    expect((await listGifts(ops, { limit: 1 })).length).toBe(1);
    expect(await listAttempts(ops, gift.id)).toHaveLength(1);
    expect(await migrate(ops)).toEqual([]);
  });

  test("redrives a gift and a dead letter, and discards one", async () => {
    const [first, second] = [await giftIn(app, "FAILED"), await giftIn(app, "FAILED")];
    const redriven = await ops.transaction().execute((trx) => redriveGift(trx, { giftId: first.id, operator: "ann" }));
    expect(redriven).toBeDefined();
    await recordDeadLetter(app, deadMessage(second.body));
    await recordDeadLetter(app, deadMessage("nonsense"));
    const [letter = "", nonsense = ""] = (await listDeadLetterIds(ops, { state: "OPEN" })).slice(-2);
    const outcome = await ops.transaction().execute((trx) => redriveDeadLetter(trx, { id: letter, operator: "ann" }));
    expect(outcome).toMatchObject({ kind: "redriven" });
    expect(await discardDeadLetter(ops, { id: nonsense, operator: "ann" })).toBe(true);
    expect(await findDeadLetter(ops, nonsense)).toMatchObject({ state: "DISCARDED" });
  });

  test.each([
    ["create a gift", "insert into gifts (amount) values (1)"],
    ["delete a gift", "delete from gifts"],
    ["delete a dead letter", "delete from dead_letters"],
    ["take a message out of the outbox", "delete from outbox"],
    ["rewrite an attempt", "update send_attempts set outcome = 'SENT'"],
    ["read the provider's record", "select from simulated_provider.sends"],
    ["delete a key", "delete from api_keys"],
    ["put another key in a key's place", "update api_keys set hash = sha256('')"],
    ["give a key to another client", "update api_keys set client_id = 'thief'"],
    ["give a key more rights", "update api_keys set scopes = '{client,operator}'"],
    ["say that somebody else made a key", "update api_keys set created_by = 'eve'"],
    ["say that a key was made at another time", "update api_keys set created_at = now()"],
    ["say whose message another operator wrote again", "update requeues set requeued_by = 'eve'"],
    ["forget that a message was written again", "delete from requeues"],
    ["say when a key was used", "insert into api_key_uses (key_id, last_used_at) values (uuidv7(), now())"],
    ["become the application", "set role gift_app"],
  ])("can't %s", async (_, statement) => {
    await expect(sql.raw(statement).execute(ops)).rejects.toThrow("permission denied");
  });
});

// Last: rds_iam, like every role, belongs to the whole server.
describe("on RDS", () => {
  test("both roles sign in with IAM, and Postgres makes whoever creates such a role a member too", async () => {
    const rds = await ownedDatabase({ hasIam: true });
    try {
      expect(await grantRoles(rds.owner)).toMatchObject({ isIam: true });
      expect(await grantRoles(rds.owner)).toMatchObject({ isIam: true });
      const created = `created_${randomUUID().slice(0, 8)}`;
      await sql`create role ${sql.id(created)} login`.execute(rds.owner);
      await sql`grant rds_iam to ${sql.id(created)}`.execute(rds.owner);
      const { rows } = await sql<{ name: string; is_member: boolean }>`
        select rolname as name, pg_has_role(rolname, ${created}, 'member') as is_member, pg_has_role(rolname, 'rds_iam', 'member')
        from pg_roles where rolname in ('gift_app', 'gift_ops', ${rds.connection.user}) order by 1`.execute(rds.owner);
      expect(rows).toEqual([
        { name: "gift_app", is_member: false, pg_has_role: true },
        { name: "gift_ops", is_member: false, pg_has_role: true },
        { name: rds.connection.user, is_member: true, pg_has_role: true },
      ]);
    } finally {
      await rds.close();
    }
  });
});
