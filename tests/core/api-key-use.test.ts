import { generateKey, parseKey, type Verifier } from "@gift/core/api-key/credential";
import { findApiKey } from "@gift/core/api-key/list";
import { rotateApiKey } from "@gift/core/api-key/rotate";
import { secondsOfRest } from "@gift/core/api-key/use";
import { createKeyVerifier } from "@gift/core/api-key/verify";
import { openDatabase } from "@gift/core/database/database";
import { sql } from "kysely";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type IssuedKey, issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

beforeEach(() => sql`truncate api_key_uses, api_keys`.execute(own.db));

const lastUsed = async ({ prefix }: { prefix: string }) => (await findApiKey(own.db, prefix)).lastUsedAt;

function parsed({ key }: IssuedKey): Verifier {
  const verifier = parseKey(key);
  if (!verifier) throw new Error("the test's key is none");
  return verifier;
}

/** Whose statements have the name in `pg_stat_activity`. */
function openVerifier(applicationName: string) {
  const failures: unknown[] = [];
  const clock = { now: 0 };
  const db = openDatabase({ ...own.connection, applicationName, maxConnections: 5 });
  const verifier = createKeyVerifier(db, { onUseUnrecorded: (err) => failures.push(err), now: () => clock.now });
  return { db, verifier, failures, clock, verify: (issued: IssuedKey) => verifier.verify(parsed(issued)) };
}

/** Statements of a program that wait for a lock. */
async function waiting(applicationName: string): Promise<number> {
  const { rows } = await sql`
    select from pg_stat_activity
    where datname = current_database() and application_name = ${applicationName} and wait_event_type = 'Lock'`.execute(
    own.db,
  );
  return rows.length;
}

/** Keeps everybody from referring to a key, as a DELETE or a forgotten session does. */
async function hold({ prefix }: IssuedKey) {
  const trx = await own.db.startTransaction().execute();
  await sql`select from api_keys where prefix = ${prefix} for update`.execute(trx);
  return { release: () => trx.rollback().execute() };
}

describe("last used", () => {
  test("is null until the first use, and written every ten minutes at most", async () => {
    const issued = await issueKey(own.db);
    const { db, verify } = openVerifier("ten-minutes");
    onTestFinished(() => db.destroy());
    expect(await lastUsed(issued)).toBeNull();
    await verify(issued);
    await expect.poll(() => lastUsed(issued)).toEqual(expect.any(Date));
    const first = await lastUsed(issued);
    // The write of a second key comes after whatever the first verification may have begun.
    await verify(issued);
    const other = await issueKey(own.db);
    await verify(other);
    await expect.poll(() => lastUsed(other)).not.toBeNull();
    expect(await lastUsed(issued)).toEqual(first);
    await sql`update api_key_uses set last_used_at = now() - interval '11 minutes'`.execute(own.db);
    await verify(issued);
    await expect.poll(async () => Number(await lastUsed(issued))).toBeGreaterThanOrEqual(Number(first));
  });

  test("of a key that doesn't pass is not written", async () => {
    const [issued, other] = [await issueKey(own.db), await issueKey(own.db)];
    const { db, verifier, verify } = openVerifier("wrong-key");
    onTestFinished(() => db.destroy());
    await verifier.verify({ prefix: issued.prefix, hash: "0".repeat(64) });
    await verify(other);
    await expect.poll(() => lastUsed(other)).not.toBeNull();
    expect(await lastUsed(issued)).toBeNull();
  });

  test("of those that three processes verify at the same moment is written by all without a deadlock", async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => issueKey(own.db)));
    const processes = [keys, keys.toReversed(), keys].map((order, index) => ({ order, ...openVerifier(`p${index}`) }));
    await Promise.all(processes.map(({ order, verify }) => Promise.all(order.map(verify))));
    await Promise.all(processes.map(({ db }) => db.destroy()));
    expect(processes.flatMap(({ failures }) => failures)).toEqual([]);
    for (const issued of keys) expect(await lastUsed(issued)).not.toBeNull();
  });

  test("of an old key is written while a rotation of it is under way", async () => {
    const issued = await issueKey(own.db);
    const { db, verify } = openVerifier("during-rotation");
    onTestFinished(() => db.destroy());
    const trx = await own.db.startTransaction().execute();
    const { prefix } = issued;
    await rotateApiKey(trx, { prefix, verifier: generateKey().verifier, overlapSeconds: 60, operator: "olga" });
    expect(await verify(issued)).toBeDefined();
    await expect.poll(() => lastUsed(issued)).not.toBeNull();
    await trx.rollback().execute();
  });
});

describe("a right key passes, although its use can't be written:", () => {
  test("while its row is held, it and others pass at once, and one statement waits, however many are due", async () => {
    const keys = await Promise.all(Array.from({ length: 30 }, () => issueKey(own.db)));
    const [first, ...others] = keys;
    if (!first) throw new Error("there are thirty");
    const held = await hold(first);
    const { db, verify, failures } = openVerifier("held");
    expect(await verify(first)).toMatchObject({ prefix: first.prefix });
    await expect.poll(() => waiting("held")).toBe(1);
    for (const issued of [...others, first]) expect(await verify(issued)).toMatchObject({ prefix: issued.prefix });
    expect(await waiting("held")).toBe(1);
    expect(failures).toEqual([]);
    await held.release();
    for (const issued of keys) await expect.poll(() => lastUsed(issued)).not.toBeNull();
    await db.destroy();
  });

  test("a failure is told once, nothing is written for a while, and then it is again", async () => {
    await sql`
      create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$`.execute(own.db);
    await sql`create trigger refuse before insert on api_key_uses execute function refuse()`.execute(own.db);
    const [first, second] = [await issueKey(own.db), await issueKey(own.db)];
    const { db, verify, failures, clock } = openVerifier("full");
    onTestFinished(() => db.destroy());
    expect(await verify(first)).toBeDefined();
    await expect.poll(() => failures).toMatchObject([{ code: "53100" }]);
    await sql`drop trigger refuse on api_key_uses`.execute(own.db);
    expect([await verify(first), await verify(second)]).toMatchObject([{ clientId: "shop" }, { clientId: "shop" }]);
    clock.now = secondsOfRest * 1_000;
    expect(await verify(second)).toBeDefined();
    await expect.poll(() => lastUsed(second)).not.toBeNull();
    expect([failures.length, await lastUsed(first)]).toEqual([1, null]);
  });

  test("a stop waits for the write under way, tells of the uses that come to nothing, and breaks nothing", async () => {
    const [first, second] = [await issueKey(own.db), await issueKey(own.db)];
    const held = await hold(first);
    const { db, verify, failures } = openVerifier("stopping");
    await verify(first);
    await expect.poll(() => waiting("stopping")).toBe(1);
    await verify(second);
    const stopped = db.destroy();
    await held.release();
    await stopped;
    await expect.poll(() => failures).toMatchObject([{ message: expect.stringContaining("destroyed") }]);
    expect([await lastUsed(first), await lastUsed(second)]).toEqual([expect.any(Date), null]);
  });
});

test("one question that gets no answer holds up nobody who asks after it", async () => {
  const [first, second] = [await issueKey(own.db), await issueKey(own.db)];
  const answer = Promise.withResolvers<void>();
  let isFirst = true;
  const db = openDatabase({
    ...{ ...own.connection, applicationName: "no-answer", maxConnections: 5 },
    async aroundAcquire(acquire) {
      const waits = isFirst;
      isFirst = false;
      if (waits) await answer.promise;
      return await acquire();
    },
  });
  onTestFinished(() => db.destroy());
  const verifier = createKeyVerifier(db);
  const unanswered = verifier.verify(parsed(first));
  // A turn of its own, so that the two are no batch.
  await sql`select`.execute(own.db);
  expect(await verifier.verify(parsed(second))).toMatchObject({ prefix: second.prefix });
  answer.resolve();
  expect(await unanswered).toMatchObject({ prefix: first.prefix });
});
