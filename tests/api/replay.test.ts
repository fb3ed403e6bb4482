import { queueAgain } from "@gift/core/gift/queue-again";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { useApi } from "./api.ts";
import { moveTo, rowsOf } from "./rows.ts";

const api = useApi();

async function queuedGift() {
  const giftId = await api.gift();
  return { giftId, first: await api.send(giftId, "key-1") };
}

describe("the same key again", () => {
  test.each(["QUEUED", "SENT", "FAILED"] as const)(
    "while the gift is %s is answered with the first response's bytes, 200 and Idempotent-Replayed",
    async (status) => {
      const { giftId, first } = await queuedGift();
      await moveTo(api.database.db, giftId, status);
      const before = await rowsOf(api.database.db, giftId);
      const replay = await api.send(giftId, "key-1");
      expect(replay.status).toBe(200);
      expect(replay.text).toBe(first.text);
      expect(replay.headers.get("idempotent-replayed")).toBe("true");
      expect(replay.headers.get("content-type")).toBe("application/json");
      expect(await rowsOf(api.database.db, giftId)).toEqual(before);
    },
  );

  test("enqueues nothing and is logged as a replay", async () => {
    const { giftId } = await queuedGift();
    await api.send(giftId, "key-1");
    expect(api.dispatched).toHaveLength(1);
    expect(api.lines.at(-1)).toMatchObject({ event: "send.replayed", gift_id: giftId, request_id: "key-1" });
  });

  test("in quotes, or for the id in capitals, is the same key for the same gift", async () => {
    const { giftId, first } = await queuedGift();
    const replay = await api.send(giftId.toUpperCase(), '"key-1"');
    expect(replay).toMatchObject({ status: 200, text: first.text });
  });

  test("after an operator's redrive still gets the first answer", async () => {
    const { giftId, first } = await queuedGift();
    await moveTo(api.database.db, giftId, "FAILED");
    const redriven = await api.database.db
      .transaction()
      .execute((trx) => queueAgain(trx, { giftId, operator: "operator@example.com" }));
    expect(redriven).toMatch(/^redrive-/);
    expect(await api.send(giftId, "key-1")).toMatchObject({ status: 200, text: first.text });
  });

  test("for another gift is another send", async () => {
    await queuedGift();
    expect((await queuedGift()).first.status).toBe(202);
  });

  test.each([
    [
      "with a field that this version doesn't know",
      (id: string) => `{"gift_id":"${id}","status":"QUEUED","request_id":"key-1","queue":"gift"}`,
    ],
    ["with its fields in another order", (id: string) => `{"status":"QUEUED","request_id":"key-1","gift_id":"${id}"}`],
  ])("is answered byte for byte when another version stored it %s", async (_name, bodyOf) => {
    const { giftId } = await queuedGift();
    const stored = bodyOf(giftId);
    await sql`update send_requests set response_body = ${stored} where gift_id = ${giftId}`.execute(api.database.db);
    expect((await api.send(giftId, "key-1")).text).toBe(stored);
  });

  test("with characters that JSON escapes comes back as it went", async () => {
    const giftId = await api.gift();
    const key = '\\"/<>&~{}';
    const [first, replay] = [await api.send(giftId, key), await api.send(giftId, key)];
    expect(first.json.request_id).toBe(key);
    expect(replay).toMatchObject({ status: 200, text: first.text });
  });
});
