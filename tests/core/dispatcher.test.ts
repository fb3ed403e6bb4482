import { requestSend } from "@gift/core/gift/request-send";
import { createDispatcher, type DispatcherOptions } from "@gift/core/outbox/dispatcher";
import type { OutboxMessage } from "@gift/core/outbox/outbox.table";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { giftIn } from "./gift-in.ts";

const own = useTestDatabase();

beforeEach(() => sql`truncate outbox`.execute(own.db));

async function committed(): Promise<OutboxMessage> {
  const gift = await giftIn(own.db, "CREATED");
  const outcome = await requestSend(own.db, {
    giftId: gift.id,
    owner: "anybody",
    requestId: gift.requestId,
    leaseSeconds: 30,
  });
  if (outcome.kind !== "accepted") throw new Error("the request was not accepted");
  return outcome.message;
}

function dispatcher(options: Partial<DispatcherOptions>) {
  const left: { message: OutboxMessage; reason: unknown }[] = [];
  const created = createDispatcher({
    db: own.db,
    publish: () => Promise.resolve(),
    maxPending: 100,
    onLeftBehind: (message, reason) => left.push({ message, reason }),
    ...options,
  });
  return { ...created, left };
}

const later = () => performance.now() + 60_000;
const depth = async () => (await own.db.selectFrom("outbox").select("id").execute()).length;

test("what was committed is published and then deleted", async () => {
  const messages = [await committed(), await committed()];
  const published: OutboxMessage[] = [];
  const { add, flush, left } = dispatcher({ publish: async (message) => void published.push(message) });
  for (const message of messages) add(message, later());
  await flush();
  expect(published).toEqual(messages);
  expect(left).toEqual([]);
  expect(await depth()).toBe(0);
});

test("what became late while SQS hung is left behind: the sweep has it by then", async () => {
  const gate = Promise.withResolvers<void>();
  const [first, late] = [await committed(), await committed()];
  const leaseEndsAt = performance.now() + 50;
  const ends: number[] = [];
  const { add, flush, left } = dispatcher({
    async publish(message, endsAt) {
      ends.push(endsAt);
      await gate.promise;
      if (message.id === late.id && performance.now() >= endsAt) throw new Error("too late");
    },
  });
  add(first, leaseEndsAt + 60_000);
  add(late, leaseEndsAt);
  while (performance.now() <= leaseEndsAt) await depth();
  gate.resolve();
  await flush();
  expect(ends).toEqual([leaseEndsAt + 60_000, leaseEndsAt]);
  expect(left).toEqual([{ message: late, reason: new Error("too late") }]);
  expect(await own.db.selectFrom("outbox").select("id").execute()).toEqual([{ id: late.id }]);
});

test("a row is deleted only after its publish", async () => {
  const gate = Promise.withResolvers<void>();
  const { add, flush, size } = dispatcher({ publish: () => gate.promise });
  add(await committed(), later());
  expect(size()).toBe(1);
  expect(await depth()).toBe(1);
  gate.resolve();
  await flush();
  expect(size()).toBe(0);
  expect(await depth()).toBe(0);
});

test("a message that can't be published stays for the sweep, and the others are not held up", async () => {
  const [good, bad] = [await committed(), await committed()];
  const reason = new Error("SQS is away");
  const { add, flush, left } = dispatcher({
    publish: (message) => (message.id === bad.id ? Promise.reject(reason) : Promise.resolve()),
  });
  add(bad, later());
  add(good, later());
  await flush();
  expect(left).toEqual([{ message: bad, reason }]);
  expect(await own.db.selectFrom("outbox").select("id").execute()).toEqual([{ id: bad.id }]);
});

test("beyond its bound it takes nothing more and says so at once", async () => {
  const gate = Promise.withResolvers<void>();
  const { add, flush, size, left } = dispatcher({ publish: () => gate.promise, maxPending: 2 });
  const messages = [await committed(), await committed(), await committed()];
  for (const message of messages) add(message, later());
  expect(size()).toBe(2);
  expect(left).toEqual([{ message: messages[2], reason: new Error("too many messages pending") }]);
  gate.resolve();
  await flush();
  expect(await depth()).toBe(1);
  add(await committed(), later());
  await flush();
  expect(await depth()).toBe(1);
});

test("a flush waits for what was taken before it and while it ran", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const { add, flush } = dispatcher({ publish: () => gates[calls++]?.promise ?? Promise.resolve() });
  add(await committed(), later());
  const next = await committed();
  let isFlushed = false;
  const flushed = flush().then(() => {
    isFlushed = true;
  });
  add(next, later());
  gates[0]?.resolve();
  // A round trip to the database: time enough for a flush that didn't wait.
  while ((await depth()) > 1);
  expect(isFlushed).toBe(false);
  gates[1]?.resolve();
  await flushed;
  expect(await depth()).toBe(0);
});

test("with the database away after the publish the message is left behind, not lost", async () => {
  const message = await committed();
  const { add, flush, left } = dispatcher({
    // The publish succeeds, then the row can't be deleted.
    publish: async () => void (await sql`alter table outbox rename to outbox_away`.execute(own.db)),
  });
  add(message, later());
  await flush();
  await sql`alter table outbox_away rename to outbox`.execute(own.db);
  expect(left).toMatchObject([{ message }]);
  expect(await depth()).toBe(1);
});
