import { randomUUID } from "node:crypto";
import { generateKey } from "@gift/core/api-key/credential";
import { encodeVerifier } from "@gift/core/api-key/verifier";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import type { Command, Operation } from "@gift/ops/command";
import { root } from "@gift/ops/command/root";
import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { deadMessage, giftIn } from "../core/gift-in.ts";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";
import { linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();
/** May do everything, in sessions that may change nothing. */
const reader = `reader_${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  await sql`create role ${sql.id(reader)} login superuser`.execute(own.db);
  await sql`alter role ${sql.id(reader)} set default_transaction_read_only = on`.execute(own.db);
});

const operationsOf = (command: Command): Operation[] =>
  "commands" in command ? Object.values(command.commands).flatMap(operationsOf) : [command];

async function deadLetter(): Promise<string> {
  await recordDeadLetter(own.db, deadMessage((await giftIn(own.db, "FAILED")).body));
  const { id } = await own.db
    .selectFrom("dead_letters")
    .select("id")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

/** For each command what makes it do its work, on rows made for it; a new one fails until it is here. */
const wordsOf: Record<string, () => Promise<readonly string[]>> = {
  "gift show": async () => [(await giftIn(own.db, "SENT")).id],
  "gifts list": async () => [],
  "gifts redrive": async () => [(await giftIn(own.db, "FAILED")).id],
  "gifts requeue": async () => [(await giftIn(own.db, "QUEUED")).id, "--idle-for", "0s"],
  "dead-letters list": async () => [],
  "dead-letters show": async () => [await deadLetter()],
  "dead-letters redrive": async () => [await deadLetter()],
  "dead-letters discard": async () => [await deadLetter(), "--yes"],
  "outbox status": async () => [],
  "keys generate": async () => [],
  "keys create": async () => ["--client", "shop", "--verifier", encodeVerifier(generateKey().verifier)],
  "keys list": async () => [],
  "keys rotate": async () => [(await issueKey(own.db)).prefix],
  "keys revoke": async () => [(await issueKey(own.db)).prefix, "--yes"],
  // Nothing is pending here; where something is, only the owner of the schema can, whom a deploy's task signs in as.
  migrate: async () => [],
};

/** Every row of every table, as text. */
async function rows(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public'`.execute(own.db);
  const texts = tables.map(({ name }) =>
    sql`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(own.db),
  );
  return JSON.stringify(await Promise.all(texts));
}

test.each(operationsOf(root).map((operation) => [operation.name.replace("bun run ops ", ""), operation] as const))(
  "%s either changes nothing, or stores the --operator who did it",
  async (name, { args }) => {
    const words = [...name.split(" "), ...((await wordsOf[name]?.()) ?? ["what makes it work is to be told above"])];
    const inReadOnlySession = await runOps(words, linkTo({ ...own.connection, user: reader }));
    if (inReadOnlySession.code === 0) return expect(args).not.toHaveProperty("operator");
    const operator = `zoe-${randomUUID()}`;
    expect(args).toHaveProperty("operator");
    const finished = await runOps([...words, "--operator", operator], linkTo(own.connection));
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    expect(await rows()).toContain(operator);
  },
);
