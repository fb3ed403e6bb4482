import type { Database } from "@gift/core/database/database";
import { createGift } from "@gift/core/gift/create";
import { markSent } from "@gift/core/gift/mark-sent";
import { requestSend } from "@gift/core/gift/request-send";
import type { Kysely } from "kysely";
import { giftIdOf, sendKey } from "../rig/gift-rows.ts";
import type { OneRowWork } from "../rig/one-row-load.ts";

/** One write of the gift with this number. */
export type Write = (number: number) => Promise<unknown>;

/** The three writes of the hot path, called as the services call them: the functions under test, named here only. */
export function writesUnderTest(db: Kysely<Database>): Readonly<Record<OneRowWork, Write>> {
  return unbatchedWrites(db);
}

/** The same, each a statement of its own: what batching is compared with at low load. */
export function unbatchedWrites(db: Kysely<Database>): Readonly<Record<OneRowWork, Write>> {
  return {
    insert: (number) => createGift(db, { amount: 100 + (number % 7), message: null }),
    send: (number) =>
      requestSend(db, {
        giftId: giftIdOf(number),
        owner: "anybody",
        requestId: sendKey,
        publishLeaseSeconds: 5,
        attributes: {},
      }),
    sent: (number) =>
      markSent(db, { id: String(number), giftId: giftIdOf(number), requestId: sendKey, number: 1 }, "none"),
  };
}
