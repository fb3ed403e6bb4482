import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { redriveGift } from "@gift/core/dead-letter/redrive";
import { createGift } from "@gift/core/gift/create";
import { GiftNotFoundError } from "@gift/core/gift/gift.errors";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { requestSend } from "@gift/core/gift/request-send";
import { tellStory } from "@gift/core/gift/story";
import { effectSeconds } from "@gift/core/send-attempt/effect";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { begun, deadMessage, giftIn, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();

test("a story tells everything that happened to a gift, in time order", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  await recordRetry(own.db, await begun(own.db, gift), { code: "PROVIDER_UNAVAILABLE", message: "no" });
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const redriven = await own.db.transaction().execute((trx) => redriveGift(trx, { giftId: gift.id, operator: "olga" }));
  const requestId = redriven?.requestId ?? "";
  await markSent(own.db, await begun(own.db, { ...gift, requestId }), "provider-1");

  const story = await tellStory(own.db, gift.id);
  const [letter] = redriven?.deadLetterIds ?? [];
  expect(story.gift).toMatchObject({ id: gift.id, status: "SENT" });
  expect(story.events.map(({ event, request_id, facts }) => ({ event, request_id, facts }))).toMatchObject([
    { event: "created", request_id: null, facts: { amount: 100 } },
    { event: "send_requested", request_id: gift.requestId },
    { event: "attempt", request_id: gift.requestId, facts: { number: 1, outcome: "RETRY", error_message: "no" } },
    { event: "dead_lettered", request_id: gift.requestId, facts: { dead_letter_id: Number(letter) } },
    { event: "redriven", request_id: requestId, facts: { by: "olga" } },
    { event: "waiting_in_outbox", request_id: requestId, facts: { attempts: 0 } },
    { event: "dead_letter_closed", facts: { state: "REDRIVEN", by: "olga", redrive_request_id: requestId } },
    { event: "attempt", request_id: requestId, facts: { outcome: "SENT", provider_reference: "provider-1" } },
  ]);
  const times = story.events.map((event) => event.at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("a story tells when a redrive leaves that waits for an earlier attempt", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  await markFailed(own.db, await begun(own.db, gift), { code: "PROVIDER_TIMEOUT", message: "who knows" });
  await own.db.transaction().execute((trx) => redriveGift(trx, { giftId: gift.id, operator: "olga" }));
  const { events } = await tellStory(own.db, gift.id);
  const [attempt, waiting] = ["attempt", "waiting_in_outbox"].map((name) => events.find(({ event }) => event === name));
  expect(Number(waiting?.at) - Number(attempt?.at)).toBe(effectSeconds * 1_000);
});

test("a story tells of a discard, and nothing of other gifts", async () => {
  const [gift, other] = [await giftIn(own.db, "FAILED"), await giftIn(own.db, "FAILED")];
  for (const { body } of [gift, other]) await recordDeadLetter(own.db, deadMessage(body));
  const [id = ""] = await listDeadLetterIds(own.db, { giftId: gift.id });
  await discardDeadLetter(own.db, { id, operator: "otto" });
  const { events } = await tellStory(own.db, gift.id);
  expect(events.at(-1)).toMatchObject({ event: "dead_letter_closed", facts: { state: "DISCARDED", by: "otto" } });
  expect((await tellStory(own.db, other.id)).events.at(-1)).toMatchObject({ event: "dead_lettered" });
});

test("a request id with quotes and backslashes is told as it is", async () => {
  const { id } = await createGift(own.db, { amount: 1, message: null });
  await requestSend(own.db, { giftId: id, owner: "anybody", requestId: 'a"b\\c', leaseSeconds: 30 });
  const { events } = await tellStory(own.db, id);
  expect(events.slice(1)).toMatchObject([
    { request_id: 'a"b\\c' },
    { event: "waiting_in_outbox", request_id: 'a"b\\c' },
  ]);
});

test("an unknown gift has no story", async () => {
  await expect(tellStory(own.db, unknownGiftId)).rejects.toThrow(GiftNotFoundError);
});
