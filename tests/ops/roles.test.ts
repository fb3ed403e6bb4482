import { randomUUID } from "node:crypto";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { roles } from "@gift/core/migration/privilege";
import { grantRoles } from "@gift/core/migration/roles";
import { linkedDatabase } from "@gift/ops/config";
import { openFirstAccepted } from "@gift/ops/first-accepted";
import { sql } from "kysely";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { deadMessage, giftIn } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();

describe("every command an operator runs works as gift_ops", () => {
  beforeAll(() => grantRoles(own.db));
  const asOperator = (...words: string[]) => runOps(words, linkTo({ ...own.connection, user: roles.ops }));

  test("gift show, gifts list, redrive and requeue, outbox status, migrate", async () => {
    const gift = await giftIn(own.db, "FAILED");
    expect(await asOperator("gift", "show", gift.id)).toMatchObject({ code: 0, stderr: "" });
    expect(await asOperator("gifts", "list", "--status", "FAILED")).toMatchObject({ code: 0, stderr: "" });
    expect(await asOperator("gifts", "redrive", gift.id, "--operator", "ann")).toMatchObject({ code: 0, stderr: "" });
    expect(await asOperator("outbox", "status")).toMatchObject({ code: 0, stderr: "" });
    const { id } = await giftIn(own.db, "QUEUED");
    expect(await asOperator("gifts", "requeue", id, "--idle-for", "0s")).toMatchObject({ code: 0, stderr: "" });
    expect(await asOperator("migrate")).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to do") });
  });

  test("keys create, list, rotate and revoke", async () => {
    const created = await asOperator("keys", "create", "--client", "shop", "--operator", "ann", "--json");
    const { prefix } = (created.json() as { api_key: { prefix: string } }).api_key;
    expect(await asOperator("keys", "list")).toMatchObject({ code: 0, stderr: "" });
    expect(await asOperator("keys", "rotate", prefix, "--operator", "ann")).toMatchObject({ code: 0, stderr: "" });
    expect(await asOperator("keys", "revoke", prefix, "--yes", "--operator", "ann")).toMatchObject({ code: 0 });
  });

  test("dead-letters list, show, redrive and discard", async () => {
    const gift = await giftIn(own.db, "FAILED");
    await recordDeadLetter(own.db, deadMessage(gift.body));
    await recordDeadLetter(own.db, deadMessage("nonsense"));
    const rows = await own.db.selectFrom("dead_letters").select("id").orderBy("id", "desc").limit(2).execute();
    const [nonsense = "", letter = ""] = rows.map((row) => row.id);
    const dead = (...words: string[]) => asOperator("dead-letters", ...words);
    expect(await dead("list")).toMatchObject({ code: 0, stderr: "" });
    expect(await dead("show", letter)).toMatchObject({ code: 0, stderr: "" });
    expect(await dead("redrive", letter, "--operator", "ann")).toMatchObject({ code: 0 });
    expect(await dead("discard", nonsense, "--operator", "ann", "--yes")).toMatchObject({ code: 0 });
    const states = await own.db.selectFrom("dead_letters").select("state").orderBy("id", "desc").limit(2).execute();
    expect(states).toEqual([{ state: "DISCARDED" }, { state: "REDRIVEN" }]);
  });

  test("granting roles does not, and says so in one sentence", async () => {
    const refused = await asOperator("migrate", "--with-roles");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^(permission denied|must be)[^\n]+\n$/);
  });
});

describe("the migration task", () => {
  const secret = (values: object) => ({ DATABASE_OWNER_SECRET: JSON.stringify(values) });

  test("migrates an empty database as the owner of DATABASE_OWNER_SECRET, then makes the roles; again, it does nothing", async () => {
    const database = `empty_${randomUUID().replaceAll("-", "")}`;
    await sql`create database ${sql.id(database)}`.execute(own.db);
    // The binding names a role that may not even connect: what is used is the secret's.
    const link = linkTo({ ...own.connection, database, user: "nobody" });
    const environment = { ...link, ...secret({ username: own.connection.user, password: "unused" }) };
    const first = await runOps(["migrate", "--with-roles"], environment);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^applied 0001-gifts\n(.+\n)+granted gift_app, which .+\ngranted gift_ops, which/);
    const second = await runOps(["migrate", "--with-roles", "--json"], environment);
    expect(second.json()).toMatchObject({ applied: [], roles: ["gift_app", "gift_ops"] });
    const asApp = await runOps(["outbox", "status"], linkTo({ ...own.connection, database, user: roles.app }));
    expect(asApp).toMatchObject({ code: 0 });
  });

  test.each([
    ["not JSON", "hunter2", "DATABASE_OWNER_SECRET is not JSON"],
    ["without a password", '{"username":"hunter2"}', "DATABASE_OWNER_SECRET is not usable: password"],
    ["without a name", '{"username":"","password":"hunter2"}', "DATABASE_OWNER_SECRET is not usable: username"],
  ])("a secret that is %s is refused without being told", async (_, text, sentence) => {
    const refused = await runOps(["migrate"], { ...linkTo(own.connection), DATABASE_OWNER_SECRET: text });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(sentence);
    expect(refused.stderr).not.toContain("hunter2");
  });

  test("on RDS it tries a token first and the password over verified TLS next", () => {
    const address = { host: "database.example", port: 5432, database: "gift" };
    process.env.SST_RESOURCE_Database = JSON.stringify({ ...address, username: "gift_app", auth: "iam" });
    const owner = { ...address, username: "owner" };
    expect(linkedDatabase(secret({ username: "owner", password: "secret" }))).toEqual([
      { ...owner, auth: "iam" },
      { ...owner, auth: "password", password: "secret", isRds: true },
    ]);
    expect(linkedDatabase({})).toEqual([{ ...address, username: "gift_app", auth: "iam" }]);
  });
});

test("where both databases are linked, as in `sst shell`, a command takes the operator's", async () => {
  const [ours] = Object.values(linkTo(own.connection));
  const both = { ...linkTo({ ...own.connection, user: "nobody" }), SST_RESOURCE_DatabaseOperator: ours ?? "" };
  expect(await runOps(["outbox", "status"], both)).toMatchObject({ code: 0, stderr: "" });
});

describe("ways in", () => {
  const link = (user: string, database = own.connection.database) => {
    const { host, port } = inject("postgres");
    return { host, port, database, username: user, auth: "password", password: "" } as const;
  };
  const options = { applicationName: "test", maxConnections: 1 };

  test("the next is taken when the server refuses the first", async () => {
    const barred = `barred_${randomUUID().slice(0, 8)}`;
    await sql`create role ${sql.id(barred)} nologin`.execute(own.db);
    const db = await openFirstAccepted([link(barred), link(own.connection.user)], options);
    const { rows } = await sql<{ user: string }>`select current_user as user`.execute(db);
    await db.destroy();
    expect(rows).toEqual([{ user: own.connection.user }]);
  });

  test("the first that is accepted is the one", async () => {
    const db = await openFirstAccepted([link(own.connection.user), link("no_such_role")], options);
    const { rows } = await sql<{ user: string }>`select current_user as user`.execute(db);
    await db.destroy();
    expect(rows).toEqual([{ user: own.connection.user }]);
  });

  test("an error that is no refusal is not covered up by the next", async () => {
    const missing = link(own.connection.user, "no_such_database");
    await expect(openFirstAccepted([missing, link(own.connection.user)], options)).rejects.toThrow("does not exist");
  });

  test("the owner's password is not given to a server that can't prove it is RDS", async () => {
    const db = await openFirstAccepted([{ ...link(own.connection.user), isRds: true }], options);
    await expect(sql`select`.execute(db)).rejects.toThrow("does not support SSL");
    await db.destroy();
  });
});
