import { randomUUID } from "node:crypto";
import { queueAgain } from "@gift/core/gift/queue-again";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { acknowledge, release } from "@gift/queue/verdict";
import { createSendGift } from "@gift/worker/handler/send-gift";
import type { Sender } from "@gift/worker/sender/sender";
import { SendError } from "@gift/worker/sender/sender.errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

/** A provider whose answers are lost after the send took effect. */
const answersLost = (): Sender => ({
  ...sender,
  async send(request) {
    await sender.send(request);
    throw new SendError("PROVIDER_RESPONSE_LOST");
  },
});

function deliverLast(body: string, provider: Sender) {
  const handle = createSendGift({ db: database.db, sender: provider, log: captureLog().log });
  const message = { id: randomUUID(), body, attributes: {}, receiveCount: 5, sentAt: new Date() };
  return handle(message, { signal: new AbortController().signal, isFinalReceive: true });
}

async function redrive(giftId: string): Promise<string> {
  const requestId = await database.db.transaction().execute((trx) => queueAgain(trx, { giftId, operator: "test" }));
  if (requestId === undefined) throw new Error("the gift is not FAILED");
  return encodeSendMessage(giftId, requestId);
}

describe("a gift that is redriven", () => {
  test("after a failure that had taken effect is SENT with that effect's reference, not sent a second time", async () => {
    const { giftId, body } = await queueGift(database.db);
    expect(await deliverLast(body, answersLost())).toEqual(release);
    expect(await stateOf(database.db, giftId)).toMatchObject({ status: "FAILED" });
    expect(await deliverLast(await redrive(giftId), sender)).toEqual(acknowledge);
    expect(await stateOf(database.db, giftId)).toMatchObject({ status: "SENT" });
    expect(await providerRowsOf(database.db, giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
  });

  test("twice finds the effect of the first of its send requests", async () => {
    const { giftId, body } = await queueGift(database.db);
    const away: Sender = { ...sender, find: () => Promise.reject(new SendError("PROVIDER_UNAVAILABLE")) };
    await deliverLast(body, answersLost());
    expect(await deliverLast(await redrive(giftId), away)).toEqual(release);
    expect(await deliverLast(await redrive(giftId), sender)).toEqual(acknowledge);
    expect(await providerRowsOf(database.db, giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
    expect(await attemptsOf(database.db, giftId)).toMatchObject([
      { outcome: "FAILED", error_code: "PROVIDER_RESPONSE_LOST" },
      { outcome: "FAILED", error_code: "PROVIDER_UNAVAILABLE" },
      { outcome: "SENT" },
    ]);
  });

  test("after a failure without effect is sent under its new key", async () => {
    const { giftId, body } = await queueGift(database.db, "test:fail-first-1");
    await deliverLast(body, sender);
    await deliverLast(await redrive(giftId), sender);
    expect(await providerRowsOf(database.db, giftId)).toMatchObject([{ effects: 0 }, { effects: 1 }]);
    expect(await stateOf(database.db, giftId)).toMatchObject({ status: "SENT" });
  });
});
