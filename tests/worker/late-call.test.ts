import { randomUUID } from "node:crypto";
import { callSeconds, providerSeconds } from "@gift/core/send-attempt/effect";
import { acknowledge } from "@gift/queue/verdict";
import { createSendGift } from "@gift/worker/handler/send-gift";
import { LateCallError, refuseLateCall } from "@gift/worker/sender/late-call";
import type { Sender } from "@gift/worker/sender/sender";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { captureLog } from "./captured-log.ts";
import { attemptsOf, providerRowsOf, queueGift, stateOf } from "./gifts.ts";
import { openProvider } from "./provider.ts";

const database = useTestDatabase();
let sender: Sender;
beforeAll(() => {
  sender = openProvider(database.connection);
});
afterAll(() => sender.close());
afterEach(() => void vi.restoreAllMocks());

/** The clock of a worker that is frozen for so long right after it has been read so often. */
function freezeAfter(readings: number, seconds: number): void {
  const now = performance.now.bind(performance);
  let read = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now() + (read++ < readings ? 0 : seconds * 1_000));
}

function deliver(body: string, receiveCount: number) {
  const handle = createSendGift({ db: database.db, sender, log: captureLog().log });
  const message = { id: randomUUID(), body, attributes: {}, receiveCount, sentAt: new Date() };
  return handle(message, { signal: new AbortController().signal, isFinalReceive: receiveCount === 5 });
}

describe("a worker that was frozen since its attempt began", () => {
  test.each([1, 5])("doesn't call the provider and concludes nothing, on receive %i", async (receiveCount) => {
    const gift = await queueGift(database.db);
    freezeAfter(1, callSeconds + 1);
    await expect(deliver(gift.body, receiveCount)).rejects.toThrow(/the attempt began 31 s ago/);
    expect(await providerRowsOf(database.db, gift.giftId)).toEqual([]);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "QUEUED", last_error: null });
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([{ outcome: null }]);
    vi.restoreAllMocks();
    expect(await deliver(gift.body, 2)).toEqual(acknowledge);
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
  });

  test("for less than a call may be late sends", async () => {
    const gift = await queueGift(database.db);
    freezeAfter(1, callSeconds - 5);
    expect(await deliver(gift.body, 1)).toEqual(acknowledge);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
  });
});

test("a call is refused after its half of the wait, and not before", () => {
  const now = vi.spyOn(performance, "now").mockReturnValue(100_000);
  expect(() => refuseLateCall(100_000 - callSeconds * 1_000)).not.toThrow();
  expect(() => refuseLateCall(100_000 - callSeconds * 1_000 - 1)).toThrow(LateCallError);
  expect(now).toHaveBeenCalled();
});

test("the simulated provider, frozen with its caller, does nothing after its time", async () => {
  const { giftId } = await queueGift(database.db);
  freezeAfter(1, providerSeconds + 1);
  const request = { idempotencyKey: `gift:${giftId}:late`, giftId, code: "code", amount: 1, message: null };
  const call = sender.send({ ...request, signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({ code: "PROVIDER_TIMEOUT" });
  expect(await providerRowsOf(database.db, giftId)).toEqual([]);
});
