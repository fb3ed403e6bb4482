import { randomUUID } from "node:crypto";
import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { fingerprintOf, normalizedError } from "@gift/core/dead-letter/fingerprint";
import { type RecordedDeadLetter, recordDeadLetter } from "@gift/core/dead-letter/record";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { deadMessage, everything, giftIn } from "./gift-in.ts";

const own = useTestDatabase();

beforeEach(() => sql`truncate dead_letters, error_fingerprints`.execute(own.db));

async function normalize(error: string): Promise<{ error: string; fingerprint: string }> {
  const { rows } = await sql<{ error: string; fingerprint: string }>`
    with normalized as (select ${normalizedError(sql`${error}::text`)} as error)
    select error, ${fingerprintOf(sql`error`)} as fingerprint from normalized`.execute(own.db);
  return rows[0] ?? { error: "", fingerprint: "" };
}

/** A gift that failed with this error, and its dead letter. */
async function deadLetterOf(error: string): Promise<RecordedDeadLetter> {
  const gift = await giftIn(own.db, "FAILED");
  await own.db.updateTable("gifts").set({ last_error: error }).where("id", "=", gift.id).execute();
  return await recordDeadLetter(own.db, deadMessage(gift.body));
}

const lastSeen = (daysAgo: number) =>
  sql`update error_fingerprints set last_seen_at = now() - make_interval(days => ${daysAgo})`.execute(own.db);

describe("a normalized error", () => {
  test.each([
    ["CODE: plain words stay", "CODE: plain words stay"],
    ["CODE: gift 01a2015d-cc52-7db5-ae7c-b3bfa51a964b was refused", "CODE: gift # was refused"],
    ["CODE: order-1042 and ch_3NkABC9x", "CODE: # and #"],
    ["CODE: connect ECONNREFUSED 10.0.0.7:5432", "CODE: connect ECONNREFUSED #"],
    ["CODE: at 2026-11-22T03:47:38.154Z after 1.5 s, 3 times", "CODE: at # after # s, # times"],
    ["CODE: unknown field \"birthday of Ann\", or `this` or 'that'", "CODE: unknown field '…', or '…' or '…'"],
    ["CODE: it didn't answer; it won't", "CODE: it didn't answer; it won't"],
    ["CODE: mail to ann@example.com bounced", "CODE: mail to …@… bounced"],
    ["CODE: two\n  lines", "CODE: two lines"],
    ["CODE: first: second: 3", "CODE: first: second: #"],
    // The code names the kind: digits in it are part of the name.
    ["HTTP_503: status 503", "HTTP_503: status #"],
    ["without a code", "without a code"],
    ["", ""],
  ])("%j → %j", async (error, normalized) => {
    expect(await normalize(error)).toEqual({ error: normalized, fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) });
  });

  test("carries neither a gift's code nor what stands in quotes", async () => {
    const code = randomUUID();
    const { error } = await normalize(`PROVIDER_REFUSED: "Happy birthday, Ann" (code ${code})`);
    expect(error).toBe("PROVIDER_REFUSED: '…' (code #)");
  });

  test("has another fingerprint under another code or with other words", async () => {
    const errors = ["A: no answer in 5 s", "A: no answer in 60 s", "B: no answer in 5 s", "A: an answer in 5 s"];
    const [first, same, ...others] = (await Promise.all(errors.map(normalize))).map(({ fingerprint }) => fingerprint);
    expect(same).toBe(first);
    expect(new Set([first, ...others]).size).toBe(3);
  });

  test("of a thousand characters without a space is found in milliseconds", async () => {
    const startedAt = performance.now();
    for (const text of ["1a".repeat(500), "a-".repeat(500), "'".repeat(1_000), "1.".repeat(500), "@".repeat(1_000)])
      await normalize(`CODE: ${text}`);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("an error is new", () => {
  test("for its first letter, and for no later one, whatever the ids in it", async () => {
    const first = await deadLetterOf("PROVIDER_TIMEOUT: call 1 took 30 s");
    const second = await deadLetterOf("PROVIDER_TIMEOUT: call 2 took 31 s");
    expect(first).toMatchObject({ isNewError: true, normalizedError: "PROVIDER_TIMEOUT: call # took # s" });
    expect(second).toMatchObject({ isNewError: false, fingerprint: first.fingerprint });
    expect(await deadLetterOf("PROVIDER_REFUSED: no")).toMatchObject({ isNewError: true });
  });

  test("for one of many letters that are recorded at the same moment", async () => {
    const bodies = Array.from({ length: 40 }, (_, index) => (index % 2 ? `not json ${index}` : unknownGift()));
    const letters = await Promise.all(bodies.map((body) => recordDeadLetter(own.db, deadMessage(body))));
    const fresh = letters.filter((letter) => letter.isNewError).map((letter) => letter.error.split(":")[0]);
    expect(fresh.toSorted()).toEqual(["UNKNOWN_GIFT", "UNPARSABLE_MESSAGE"]);
  });

  test("again after thirty days of silence, and not after twenty-nine", async () => {
    await deadLetterOf("A: again");
    await lastSeen(29);
    expect(await deadLetterOf("A: again")).toMatchObject({ isNewError: false });
    await lastSeen(31);
    expect(await deadLetterOf("A: again")).toMatchObject({ isNewError: true });
    expect(await deadLetterOf("A: again")).toMatchObject({ isNewError: false });
  });

  test("never because of a message that was recorded before", async () => {
    const message = deadMessage("not json");
    await recordDeadLetter(own.db, message);
    await lastSeen(31);
    const before = await everything(own.db);
    expect(await recordDeadLetter(own.db, message)).toMatchObject({ isNew: false, isNewError: false });
    expect(await everything(own.db)).toEqual(before);
    expect(await recordDeadLetter(own.db, deadMessage("not json"))).toMatchObject({ isNewError: true });
  });

  test("although the transaction that saw it first was taken back", async () => {
    const trx = await own.db.startTransaction().execute();
    expect(await recordDeadLetter(trx, deadMessage("not json"))).toMatchObject({ isNewError: true });
    const waiting = recordDeadLetter(own.db, deadMessage("not json"));
    await trx.rollback().execute();
    expect(await waiting).toMatchObject({ isNewError: true });
  });
});

test("letters are found by fingerprint", async () => {
  const { fingerprint } = await deadLetterOf("A: call 1");
  await deadLetterOf("B: call 1");
  await deadLetterOf("A: call 2");
  const [first, , third] = await listDeadLetterIds(own.db, {});
  expect(await listDeadLetterIds(own.db, { fingerprint })).toEqual([first, third]);
});

test("what the previous version of the code writes has no fingerprint, and is refused nowhere", async () => {
  await sql`
    insert into dead_letters (message_id, queue, body, attributes, receive_count, gift_id, request_id, error)
    values (${randomUUID()}, 'gift-dead-letters', 'x', '{}', 1, null, null, 'A: call 1')`.execute(own.db);
  expect((await everything(own.db)).deadLetters).toMatchObject([{ error_fingerprint: null, state: "OPEN" }]);
  expect(await deadLetterOf("A: call 2")).toMatchObject({ isNewError: true });
});

function unknownGift(): string {
  return encodeSendMessage("00000000-0000-7000-8000-000000000000", randomUUID());
}
