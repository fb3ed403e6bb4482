import type { Database } from "@gift/core/database/database";
import { SendConflictError } from "@gift/core/gift/gift.errors";
import { requestSend } from "@gift/core/gift/request-send";
import { type ControlledTransaction, sql } from "kysely";
import { afterEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { lockRow } from "../support/row-lock.ts";
import { everything, giftIn, rowsOf, type SeededGift } from "./gift-in.ts";

const own = useTestDatabase();
const poll = { timeout: 5_000, interval: 2 };
const send = (giftId: string, requestId: string) =>
  requestSend(own.db, { giftId, owner: "anybody", requestId, leaseSeconds: 30 });

let open: ControlledTransaction<Database>[] = [];

afterEach(async () => {
  await Promise.all(open.map((trx) => (trx.isCommitted || trx.isRolledBack ? undefined : trx.rollback().execute())));
  open = [];
});

/** Another process's send request of this gift, accepted but not yet committed. */
async function uncommitted(gift: SeededGift, requestId: string) {
  const trx = await own.db.startTransaction().execute();
  open.push(trx);
  await requestSend(trx, { giftId: gift.id, owner: "anybody", requestId, leaseSeconds: 30 });
  return trx;
}

/** How many statements of this database wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(own.db);
  return rows[0]?.count ?? 0;
}

async function waits<Result>(work: Promise<Result>): Promise<Promise<Result>[]> {
  await expect.poll(waiting, poll).toBe(1);
  return [work];
}

describe("a request that arrives before another one is committed waits for it, and", () => {
  test("replays it under the same key", async () => {
    const gift = await giftIn(own.db, "CREATED");
    const first = await uncommitted(gift, "key-1");
    const [second] = await waits(send(gift.id, "key-1"));
    await first.commit().execute();
    expect(await second).toMatchObject({ kind: "replayed", responseBody: expect.stringContaining("key-1") });
    const rows = await rowsOf(own.db, gift.id);
    expect([rows.outbox.length, rows.sendRequests.length]).toEqual([1, 1]);
  });

  test("is a conflict under another key", async () => {
    const gift = await giftIn(own.db, "CREATED");
    const first = await uncommitted(gift, "key-1");
    const [second] = await waits(send(gift.id, "key-2").catch((err: unknown) => err));
    await first.commit().execute();
    expect(await second).toEqual(new SendConflictError("QUEUED"));
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.gift?.request_id).toBe("key-1");
    expect([rows.outbox.length, rows.sendRequests.length]).toEqual([1, 1]);
  });

  test("is accepted when that one is taken back", async () => {
    const gift = await giftIn(own.db, "CREATED");
    const first = await uncommitted(gift, "key-1");
    const [second] = await waits(send(gift.id, "key-2"));
    await first.rollback().execute();
    expect(await second).toMatchObject({ kind: "accepted" });
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.gift?.request_id).toBe("key-2");
    expect([rows.outbox.length, rows.sendRequests.length]).toEqual([1, 1]);
  });

  test("is a conflict when the gift has come as far as SENT meanwhile", async () => {
    const gift = await giftIn(own.db, "CREATED");
    const first = await uncommitted(gift, "key-1");
    const [second] = await waits(send(gift.id, "key-2").catch((err: unknown) => err));
    await first.updateTable("gifts").set({ status: "SENT" }).where("id", "=", gift.id).execute();
    await first.commit().execute();
    expect(await second).toEqual(new SendConflictError("SENT"));
  });
});

describe("a request for a gift whose row a worker holds", () => {
  test.each(["QUEUED", "SENT", "FAILED"] as const)(
    "in %s is answered without waiting, and changes nothing",
    async (status) => {
      const gift = await giftIn(own.db, status);
      const before = await everything(own.db);
      const lock = await lockRow(own.connection, "gifts", gift.id);
      try {
        expect(await send(gift.id, gift.requestId)).toMatchObject({ kind: "replayed" });
        await expect(send(gift.id, "another")).rejects.toEqual(new SendConflictError(status));
      } finally {
        await lock.release();
      }
      expect(await everything(own.db)).toEqual(before);
    },
  );
});

test("a replay writes nothing, not even a lock: its statement has no transaction id", async () => {
  const gift = await giftIn(own.db, "SENT");
  await own.db.transaction().execute(async (trx) => {
    expect(
      await requestSend(trx, { giftId: gift.id, owner: "anybody", requestId: gift.requestId, leaseSeconds: 30 }),
    ).toMatchObject({
      kind: "replayed",
    });
    const { rows } = await sql<{ id: string | null }>`select pg_current_xact_id_if_assigned()::text as id`.execute(trx);
    expect(rows).toEqual([{ id: null }]);
  });
});
