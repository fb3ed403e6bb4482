import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { errorOf, useApi } from "./api.ts";

const api = useApi();

describe("GET /gifts/{gift_id}", () => {
  test("it answers exactly the eight fields", async () => {
    const { json: created } = await api.create({ amount: 2_500, message: "Happy birthday" });
    const answer = await api.read(created.gift_id);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      gift_id: created.gift_id,
      code: created.code,
      amount: 2_500,
      message: "Happy birthday",
      status: "CREATED",
      last_error: null,
      created_at: created.created_at,
      updated_at: created.created_at,
    });
  });

  test("a failed gift says why", async () => {
    const giftId = await api.gift();
    await sql`update gifts set status = 'FAILED', request_id = 'key-1', last_error = 'PROVIDER_REFUSED: no such account'
      where id = ${giftId}`.execute(api.database.db);
    expect((await api.read(giftId)).json).toMatchObject({
      status: "FAILED",
      last_error: "PROVIDER_REFUSED: no such account",
    });
  });

  test("an id in capitals names the same gift", async () => {
    const giftId = await api.gift();
    expect((await api.read(giftId.toUpperCase())).json.gift_id).toBe(giftId);
  });

  test("HEAD answers as GET does, without the body", async () => {
    const giftId = await api.gift();
    const [head, get] = [await api.call("HEAD", `/gifts/${giftId}`), await api.read(giftId)];
    expect(head).toMatchObject({ status: 200, text: "" });
    expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(get.text)));
  });

  test("an unknown gift is a 404", async () => {
    expect(errorOf(await api.read("00000000-0000-7000-8000-000000000000"))).toEqual({
      status: 404,
      code: "NOT_FOUND",
      message: "gift not found",
    });
  });

  test.each(["x", "1", "00000000-0000-0000-0000-00000000000g", "%E0%A4%A", "%00", "..%2f..", "' or 1=1 --"])(
    "the malformed id %s is a 400 that names gift_id, and is not logged",
    async (giftId) => {
      expect(errorOf(await api.read(giftId))).toEqual({
        status: 400,
        code: "VALIDATION_ERROR",
        message: "gift_id: must be a UUID",
      });
      expect(api.lines).toEqual([]);
    },
  );

  test("the error carries the idempotency key, which this operation doesn't need", async () => {
    const answer = await api.call("GET", "/gifts/x", { headers: { "idempotency-key": "key-1" } });
    expect(errorOf(answer).requestId).toBe("key-1");
  });
});
