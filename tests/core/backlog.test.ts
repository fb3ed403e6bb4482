import { countOpenDeadLetters } from "@gift/core/dead-letter/count-open";
import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { markSent } from "@gift/core/gift/mark-sent";
import { queueAgain } from "@gift/core/gift/queue-again";
import { appendToOutbox } from "@gift/core/outbox/append";
import { outboxStatus } from "@gift/core/outbox/status";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { begun, deadMessage, giftIn, type SeededGift } from "./gift-in.ts";

const own = useTestDatabase();
beforeEach(() => sql`truncate outbox, dead_letters`.execute(own.db));

const append = (destination: string) =>
  own.db.transaction().execute((trx) => appendToOutbox(trx, { destination, body: "{}" }));

describe("the backlog", () => {
  test("of an idle system is nothing", async () => {
    expect(await outboxStatus(own.db)).toEqual([]);
    expect(await countOpenDeadLetters(own.db)).toBe(0);
  });

  test("counts the outbox per queue, with the age of the oldest row in seconds", async () => {
    for (const destination of ["gift", "gift", "parcel"]) await append(destination);
    await sql`
      update outbox set created_at = now() - interval '90 seconds'
      where id = (select min(id) from outbox)`.execute(own.db);
    const [gift, parcel] = await outboxStatus(own.db);
    expect(gift).toMatchObject({ destination: "gift", depth: 2 });
    expect(gift?.oldestAgeSeconds).toBeGreaterThanOrEqual(90);
    expect(gift?.oldestAgeSeconds).toBeLessThan(100);
    expect(parcel).toMatchObject({ destination: "parcel", depth: 1 });
    expect(parcel?.oldestAgeSeconds).toBeLessThan(10);
  });

  test("counts rows that somebody has leased: they aren't in SQS yet", async () => {
    await append("gift");
    await sql`update outbox set available_at = now() + interval '1 minute'`.execute(own.db);
    expect(await outboxStatus(own.db)).toMatchObject([{ depth: 1 }]);
  });

  test("counts dead letters until somebody has dealt with them", async () => {
    for (const body of ["one", "two"]) await recordDeadLetter(own.db, deadMessage(body));
    expect(await countOpenDeadLetters(own.db)).toBe(2);
    const { id } = await own.db.selectFrom("dead_letters").select("id").limit(1).executeTakeFirstOrThrow();
    await discardDeadLetter(own.db, { id, operator: "olga" });
    expect(await countOpenDeadLetters(own.db)).toBe(1);
  });
});

describe("a sent gift's latency", () => {
  const requestedBefore = (seconds: number, { id, requestId }: SeededGift) =>
    sql`
      update send_requests set created_at = now() - make_interval(secs => ${seconds})
      where gift_id = ${id} and request_id = ${requestId}`.execute(own.db);

  test("is from the send request to SENT, by the database's clock", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    await requestedBefore(301, gift);
    const sent = await markSent(own.db, await begun(own.db, gift), "reference");
    expect(sent?.latencySeconds).toBeGreaterThanOrEqual(301);
    expect(sent?.latencySeconds).toBeLessThan(311);
  });

  test("of a gift that was redriven is from the redrive", async () => {
    const gift = await giftIn(own.db, "FAILED");
    await requestedBefore(86_400, gift);
    const redrive = { giftId: gift.id, failedRequestId: gift.requestId, operator: "olga" };
    const requestId = await own.db.transaction().execute((trx) => queueAgain(trx, redrive));
    const again = { ...gift, requestId: requestId ?? "" };
    await requestedBefore(60, again);
    const sent = await markSent(own.db, await begun(own.db, again), "reference");
    expect(sent?.latencySeconds).toBeGreaterThanOrEqual(60);
    expect(sent?.latencySeconds).toBeLessThan(70);
  });

  test("is told once, to the one that made the transition", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    const attempts = [await begun(own.db, gift), await begun(own.db, gift)];
    const [first, second] = attempts;
    if (!first || !second) throw new Error("two attempts began");
    expect(await markSent(own.db, first, "reference")).toEqual({ latencySeconds: expect.any(Number) });
    expect(await markSent(own.db, second, "reference")).toBeUndefined();
  });
});
