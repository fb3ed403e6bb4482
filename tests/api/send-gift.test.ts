import { createApp } from "@gift/api/app";
import { openDatabase } from "@gift/core/database/database";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { describe, expect, test } from "vitest";
import { errorOf, useApi } from "./api.ts";
import { moveTo, rowsOf } from "./rows.ts";

const api = useApi();
const unknownId = "00000000-0000-7000-8000-000000000000";

describe("POST /gifts/{gift_id}/send accepts a send", () => {
  test("it answers 202 with exactly the three fields", async () => {
    const giftId = await api.gift();
    const answer = await api.send(giftId, "order-1042");
    expect(answer.status).toBe(202);
    expect(answer.text).toBe(`{"gift_id":"${giftId}","status":"QUEUED","request_id":"order-1042"}`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.has("idempotent-replayed")).toBe(false);
  });

  test("the gift, the send request and the outbox row are committed together before the answer", async () => {
    const giftId = await api.gift();
    const { text } = await api.send(giftId, "order-1042");
    const { gift, requests, outbox } = await rowsOf(api.database.db, giftId);
    expect(gift).toMatchObject({ status: "QUEUED", request_id: "order-1042" });
    expect(requests).toMatchObject([{ request_id: "order-1042", response_body: text, redriven_by: null }]);
    expect(outbox).toMatchObject([
      { destination: "gift", body: `{"gift_id":"${giftId}","request_id":"order-1042"}`, attempts: 0 },
    ]);
  });

  test("the committed message is handed over for publishing, and a sweep leaves it to us for 5 s", async () => {
    const giftId = await api.gift();
    await api.send(giftId, "key-1");
    const { outbox } = await rowsOf(api.database.db, giftId);
    expect(api.dispatched).toEqual([{ id: outbox[0]?.id, destination: "gift", body: outbox[0]?.body, attributes: {} }]);
    const lease = Number(outbox[0]?.available_at) - Number(outbox[0]?.created_at);
    expect(lease).toBe(5_000);
  });

  test("one log line says so, with both ids", async () => {
    const giftId = await api.gift();
    await api.send(giftId, "key-1");
    expect(api.lines.at(-1)).toMatchObject({ event: "send.accepted", gift_id: giftId, request_id: "key-1" });
  });

  test("an id in capitals is stored, answered and sent in lower case", async () => {
    const giftId = await api.gift();
    expect((await api.send(giftId.toUpperCase(), "key-1")).json.gift_id).toBe(giftId);
    expect(api.dispatched[0]?.body).toContain(`"${giftId}"`);
  });

  test("a body is ignored", async () => {
    const giftId = await api.gift();
    const headers = { "idempotency-key": "key-1", "content-type": "text/plain" };
    const answer = await api.call("POST", `/gifts/${giftId}/send`, { headers, body: "anything" });
    expect(answer.status).toBe(202);
  });

  test("it takes one database round trip", async () => {
    const proxy = await startTcpProxy(api.database.connection);
    const connection = { ...api.database.connection, port: proxy.port };
    const db = openDatabase({ ...connection, maxConnections: 1, applicationName: "round trips" });
    const dispatched: unknown[] = [];
    const app = createApp({
      db,
      dispatcher: { add: (message) => void dispatched.push(message) },
      log: () => undefined,
      authentication: "none" as const,
      areTestValuesAllowed: false,
      whyNotReady: async () => undefined,
    });
    const [warm, measured] = [await api.gift(), await api.gift()];
    const send = (giftId: string) =>
      app.handle(
        new Request(`http://api.test/gifts/${giftId}/send`, {
          method: "POST",
          headers: { "idempotency-key": "key-1" },
        }),
      );
    await send(warm);
    const before = proxy.roundTrips();
    expect((await send(measured)).status).toBe(202);
    expect(proxy.roundTrips() - before).toBe(1);
    await db.destroy();
    await proxy.close();
  });
});

describe("the idempotency key", () => {
  test.each([
    ["one character", "k", "k"],
    ["255 characters", "k".repeat(255), "k".repeat(255)],
    [
      "every visible ASCII character",
      "!#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
      "!#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
    ],
    ["quotes around it, which are stripped", '"order-1042"', "order-1042"],
    ["one pair of several quotes, which is stripped", '""k""', '"k"'],
  ])("may have %s", async (_name, header, requestId) => {
    const answer = await api.send(await api.gift(), header);
    expect(answer.status).toBe(202);
    expect(answer.json.request_id).toBe(requestId);
  });

  test.each([
    ["missing", undefined, /^Idempotency-Key: is missing/],
    ["empty", "", /^Idempotency-Key: must be 1 to 255 visible ASCII characters$/],
    ["256 characters long", "k".repeat(256), /^Idempotency-Key: must be/],
    ["two words", "a b", /^Idempotency-Key: must be/],
    ["not ASCII", "schlüssel", /^Idempotency-Key: must be/],
    ["an empty pair of quotes", '""', /^Idempotency-Key: must be/],
    ["sent twice, which arrives as a list", "a, b", /^Idempotency-Key: must be/],
  ])("is refused with a 400 when it is %s", async (_name, header, message) => {
    const answer = await api.send(await api.gift(), header);
    expect(errorOf(answer)).toEqual({ status: 400, code: "VALIDATION_ERROR", message: expect.stringMatching(message) });
  });
});

describe("what is wrong is checked in a fixed order", () => {
  test("a missing key comes before an unknown gift", async () => {
    expect(errorOf(await api.send(unknownId)).status).toBe(400);
  });

  test("an unknown gift is a 404", async () => {
    const answer = await api.send(unknownId, "key-1");
    expect(errorOf(answer)).toEqual({ status: 404, code: "NOT_FOUND", message: "gift not found", requestId: "key-1" });
  });

  test("a replay comes before the gift's state", async () => {
    const giftId = await api.gift();
    await api.send(giftId, "key-1");
    await moveTo(api.database.db, giftId, "SENT");
    expect((await api.send(giftId, "key-1")).status).toBe(200);
  });

  test("a malformed id and a missing key are named together", async () => {
    expect(errorOf(await api.send("x")).message).toMatch(/^gift_id: must be a UUID; Idempotency-Key: is missing/);
  });

  test("a malformed id is a 400 that carries the key", async () => {
    expect(errorOf(await api.send("x", "key-1"))).toEqual({
      status: 400,
      code: "VALIDATION_ERROR",
      message: "gift_id: must be a UUID",
      requestId: "key-1",
    });
  });

  test("a 400 is answered without touching the database", async () => {
    const db = openDatabase({
      ...{ host: "127.0.0.1", port: 9, database: "nowhere", user: "nobody" },
      ...{ maxConnections: 1, applicationName: "nowhere" },
    });
    const app = createApp({
      ...{ db, dispatcher: { add: () => undefined }, log: () => undefined },
      ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
    });
    const send = (path: string, headers: Record<string, string>) =>
      app.handle(new Request(`http://api.test${path}`, { method: "POST", headers }));
    expect((await send(`/gifts/${unknownId}/send`, {})).status).toBe(400);
    expect((await send("/gifts/x/send", { "idempotency-key": "key-1" })).status).toBe(400);
    // The same app does go there when there is something to ask.
    expect((await send(`/gifts/${unknownId}/send`, { "idempotency-key": "key-1" })).status).toBe(503);
    await db.destroy();
  });
});

describe("another key for a gift that has left CREATED", () => {
  test.each([
    ["QUEUED", /^the gift is QUEUED/],
    ["SENT", /^the gift is SENT/],
    ["FAILED", /^the gift is FAILED/],
  ] as const)("is a 409 that says that it is %s, and stores nothing", async (status, message) => {
    const giftId = await api.gift();
    await api.send(giftId, "key-1");
    await moveTo(api.database.db, giftId, status);
    const before = await rowsOf(api.database.db, giftId);
    const answer = await api.send(giftId, "key-2");
    expect(errorOf(answer)).toEqual({
      status: 409,
      code: "CONFLICT",
      message: expect.stringMatching(message),
      requestId: "key-2",
    });
    expect(await rowsOf(api.database.db, giftId)).toEqual(before);
    expect(api.dispatched).toHaveLength(1);
    expect(api.lines.at(-1)).toMatchObject({
      event: "send.conflicted",
      gift_id: giftId,
      request_id: "key-2",
      gift_status: status,
    });
  });
});
