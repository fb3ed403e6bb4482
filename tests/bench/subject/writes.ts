import type { Database } from "@gift/core/database/database";
import { createGift, createGiftBatch } from "@gift/core/gift/create";
import { markSent } from "@gift/core/gift/mark-sent";
import { createMarkSentBatch } from "@gift/core/gift/mark-sent-batch";
import { requestSend, type SendRequest } from "@gift/core/gift/request-send";
import { createRequestSendBatch } from "@gift/core/gift/request-send-batch";
import type { Attempt } from "@gift/core/send-attempt/begin";
import type { Kysely } from "kysely";
import { giftIdOf, sendKey } from "../rig/gift-rows.ts";
import type { OneRowWork } from "../rig/one-row-load.ts";

/** One write of the gift with this number. */
export type Write = (number: number) => Promise<unknown>;

/** The three writes of the hot path as the services call them: the functions under test, named here only. */
export function writesUnderTest(db: Kysely<Database>): Readonly<Record<OneRowWork, Write>> {
  const [create, request, mark] = [createGiftBatch(db), createRequestSendBatch(db), createMarkSentBatch(db)];
  return {
    insert: (number) => create(giftOf(number)),
    send: (number) => request(requestOf(number)),
    sent: (number) => mark({ attempt: attemptOf(number), providerReference: "none" }),
  };
}

/** The same, each a statement of its own: what batching is compared with at low load. */
export function unbatchedWrites(db: Kysely<Database>): Readonly<Record<OneRowWork, Write>> {
  return {
    insert: (number) => createGift(db, giftOf(number)),
    send: (number) => requestSend(db, requestOf(number)),
    sent: (number) => markSent(db, attemptOf(number), "none"),
  };
}

const giftOf = (number: number) => ({ amount: 100 + (number % 7), message: null });

function requestOf(number: number): SendRequest {
  return { giftId: giftIdOf(number), owner: "anybody", requestId: sendKey, leaseSeconds: 5, attributes: {} };
}

function attemptOf(number: number): Attempt {
  return { id: String(number), giftId: giftIdOf(number), requestId: sendKey, number: 1 };
}
