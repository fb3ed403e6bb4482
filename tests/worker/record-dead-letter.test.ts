import { randomUUID } from "node:crypto";
import { acknowledge } from "@gift/queue/verdict";
import { createRecordDeadLetter } from "@gift/worker/handler/record-dead-letter";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { captureLog } from "./captured-log.ts";
import { queueGift, stateOf } from "./gifts.ts";

const database = useTestDatabase();

function message(body: string) {
  return { id: randomUUID(), body, attributes: { traceparent: "00-1-2-3" }, receiveCount: 6, sentAt: new Date() };
}

function handler() {
  const captured = captureLog();
  return {
    ...captured,
    record: createRecordDeadLetter({ db: database.db, queue: "gift-dead-letters", log: captured.log }),
  };
}

test("everything about the message is on record before it is acknowledged", async () => {
  const { record } = handler();
  const gift = await queueGift(database.db);
  const dead = message(gift.body);
  expect(await record(dead)).toEqual(acknowledge);
  const row = await database.db.selectFrom("dead_letters").selectAll().where("message_id", "=", dead.id).execute();
  expect(row).toMatchObject([
    {
      queue: "gift-dead-letters",
      body: gift.body,
      attributes: { traceparent: "00-1-2-3" },
      receive_count: 6,
      gift_id: gift.giftId,
      request_id: gift.requestId,
      state: "OPEN",
    },
  ]);
  expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "FAILED" });
});

test("delivered twice it is one record and one log line", async () => {
  const { record, of } = handler();
  const dead = message((await queueGift(database.db)).body);
  expect(await record(dead)).toEqual(acknowledge);
  expect(await record({ ...dead, receiveCount: 7 })).toEqual(acknowledge);
  const rows = database.db.selectFrom("dead_letters").selectAll().where("message_id", "=", dead.id);
  expect(await rows.execute()).toMatchObject([{ receive_count: 6 }]);
  expect(of("dead_letter.recorded")).toHaveLength(1);
});

test("the log line carries the reason's code, the gift and the request", async () => {
  const { record, of } = handler();
  const gift = await queueGift(database.db);
  await record(message(gift.body));
  expect(of("dead_letter.recorded")).toMatchObject([
    { gift_id: gift.giftId, request_id: gift.requestId, error_code: "DEAD_LETTERED", is_gift_failed: true },
  ]);
});

test("a body that names no gift has no gift in its line", async () => {
  const { record, of } = handler();
  await record(message("hello"));
  const [line] = of("dead_letter.recorded");
  expect(line).toMatchObject({ error_code: "UNPARSABLE_MESSAGE", is_gift_failed: false });
  expect(line).not.toHaveProperty("gift_id");
});

test("what Postgres refuses is thrown, so that the message is kept", async () => {
  const { record, events } = handler();
  await expect(record({ ...message("x"), body: "NUL \u0000" })).rejects.toThrow();
  expect(events()).toEqual([]);
});

test("people are told of a letter once, after it is on record, and nothing of its body", async () => {
  const told: object[] = [];
  const notify = (notice: object) => void told.push(notice);
  const record = createRecordDeadLetter({ ...captureLog(), db: database.db, queue: "gift-dead-letters", notify });
  const gift = await queueGift(database.db, "Happy birthday");
  const dead = message(gift.body);
  await record(dead);
  await record({ ...dead, receiveCount: 7 });
  expect(told).toEqual([
    {
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      error: expect.stringMatching(/^DEAD_LETTERED: /),
      isNewError: expect.any(Boolean),
      giftId: gift.giftId,
      requestId: gift.requestId,
    },
  ]);
  await expect(record({ ...message("x"), body: "NUL \u0000" })).rejects.toThrow();
  expect(told).toHaveLength(1);
});
