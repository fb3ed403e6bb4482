import type { Database } from "@gift/core/database/database";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { SendConflictError } from "@gift/core/gift/gift.errors";
import { edges, type GiftStatus, giftStatuses } from "@gift/core/gift/gift.state";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { queueAgain } from "@gift/core/gift/queue-again";
import { requestSend } from "@gift/core/gift/request-send";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { deadMessage, everything, giftIn, type SeededGift } from "./gift-in.ts";

const own = useTestDatabase();

type Verb = (db: Kysely<Database>, gift: SeededGift) => Promise<unknown>;

const attemptOf = (gift: SeededGift) => ({ id: "0", giftId: gift.id, requestId: gift.requestId, number: 1 });
const failure = { code: "PROVIDER_FAILED", message: "again" };

async function send(db: Kysely<Database>, gift: SeededGift): Promise<unknown> {
  try {
    return await requestSend(db, {
      giftId: gift.id,
      owner: "anybody",
      requestId: gift.requestId,
      leaseSeconds: 30,
    });
  } catch (err) {
    if (err instanceof SendConflictError) return err;
    throw err;
  }
}

/** Every function that may move a gift, and the edge that it may move it along. */
const verbs: Record<string, { edge: keyof typeof edges | undefined; run: Verb }> = {
  requestSend: { edge: "requestSend", run: send },
  markSent: { edge: "markSent", run: (db, gift) => markSent(db, attemptOf(gift), "reference") },
  markFailed: { edge: "markFailed", run: (db, gift) => markFailed(db, attemptOf(gift), failure) },
  recordDeadLetter: {
    edge: "markFailed",
    run: (db, gift) => recordDeadLetter(db, deadMessage(encodeSendMessage(gift.id, gift.requestId))),
  },
  queueAgain: {
    edge: "redrive",
    run: (db, gift) =>
      db
        .transaction()
        .execute((trx) => queueAgain(trx, { giftId: gift.id, failedRequestId: gift.requestId, operator: "olga" })),
  },
  recordRetry: { edge: undefined, run: (db, gift) => recordRetry(db, attemptOf(gift), failure) },
};

test("every edge has a verb", () => {
  const covered = new Set(Object.values(verbs).map((verb) => verb.edge));
  for (const edge of Object.keys(edges)) expect(covered).toContain(edge);
});

for (const [name, verb] of Object.entries(verbs))
  for (const status of giftStatuses)
    for (const request of ["its own request", "another request"] as const) {
      const next = nextStatus(verb.edge, status, request);
      const isRetry = name === "recordRetry" && status === "QUEUED" && request === "its own request";
      const changes = next === status ? (isRetry ? "only the error" : "nothing about the gift") : `it to ${next}`;
      test(`${name} with ${request} for a gift in ${status} changes ${changes}`, async () => {
        const gift = await giftIn(own.db, status);
        const before = await everything(own.db);
        await verb.run(own.db, request === "its own request" ? gift : { ...gift, requestId: "another" });
        const after = await everything(own.db);
        expect(after.gifts.find((row) => row.id === gift.id)?.status).toBe(next);
        if (next !== status) return;
        // A dead letter is recorded whatever the gift's state; nothing else may have moved.
        expect({ ...after, deadLetters: [], errorFingerprints: [], gifts: [] }).toEqual({
          ...before,
          deadLetters: [],
          errorFingerprints: [],
          gifts: [],
        });
        if (!isRetry) expect(after.gifts).toEqual(before.gifts);
      });
    }

function nextStatus(edge: keyof typeof edges | undefined, status: GiftStatus, request: string): GiftStatus {
  if (edge === undefined || edges[edge].from !== status) return status;
  // A gift in CREATED has no request yet, so any may be its first.
  return request === "its own request" || status === "CREATED" ? edges[edge].to : status;
}
