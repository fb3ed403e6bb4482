import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { GiftNotFoundError, SendConflictError } from "@gift/core/gift/gift.errors";
import { queueAgain } from "@gift/core/gift/queue-again";
import { requestSend } from "@gift/core/gift/request-send";
import type { KyselyPlugin } from "kysely";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { deadMessage, everything, giftIn, rowsOf, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();

const send = (giftId: string, requestId: string) =>
  requestSend(own.db, { giftId, owner: "anybody", requestId, leaseSeconds: 30 });

test("an accepted request answers with its body and the message to publish, and stores both", async () => {
  const gift = await giftIn(own.db, "CREATED");
  const outcome = await requestSend(own.db, {
    giftId: gift.id,
    owner: "anybody",
    requestId: "key-1",
    attributes: { traceparent: "00-1" },
    leaseSeconds: 30,
  });
  const responseBody = `{"gift_id":"${gift.id}","status":"QUEUED","request_id":"key-1"}`;
  const rows = await rowsOf(own.db, gift.id);
  expect(outcome).toEqual({
    kind: "accepted",
    responseBody,
    message: {
      id: rows.outbox[0]?.id,
      destination: "gift",
      body: `{"gift_id":"${gift.id}","request_id":"key-1"}`,
      attributes: { traceparent: "00-1" },
    },
  });
  expect(rows.gift).toMatchObject({ status: "QUEUED", request_id: "key-1" });
  expect(rows.sendRequests).toMatchObject([{ request_id: "key-1", response_body: responseBody, redriven_by: null }]);
  expect(rows.outbox).toMatchObject([{ attributes: { traceparent: "00-1" }, attempts: 0, last_error: null }]);
});

test("only the caller may publish the row while its lease lasts", async () => {
  const gift = await giftIn(own.db, "CREATED");
  await send(gift.id, "key");
  const [row] = (await rowsOf(own.db, gift.id)).outbox;
  expect(Number(row?.available_at) - Number(row?.created_at)).toBe(30_000);
});

test("50 concurrent requests with one key: one accepted, 49 replays of the same bytes, one message", async () => {
  const gift = await giftIn(own.db, "CREATED");
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => send(gift.id, "one-key")));
  expect(outcomes.filter((outcome) => outcome.kind === "accepted")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome.kind === "replayed")).toHaveLength(49);
  expect(new Set(outcomes.map((outcome) => outcome.responseBody)).size).toBe(1);
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.outbox).toHaveLength(1);
  expect(rows.sendRequests).toHaveLength(1);
});

test("50 concurrent requests with different keys: one accepted, 49 conflicts, one message", async () => {
  const gift = await giftIn(own.db, "CREATED");
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => send(gift.id, `key-${index}`)));
  const accepted = outcomes.filter((outcome) => outcome.status === "fulfilled");
  expect(accepted).toHaveLength(1);
  for (const outcome of outcomes)
    if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(SendConflictError);
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.outbox).toHaveLength(1);
  expect(rows.sendRequests).toHaveLength(1);
});

test.each(["QUEUED", "SENT", "FAILED"] as const)("a replay in %s returns the first body", async (status) => {
  const gift = await giftIn(own.db, status);
  const before = await everything(own.db);
  const responseBody = `{"gift_id":"${gift.id}","status":"QUEUED","request_id":"${gift.requestId}"}`;
  expect(await send(gift.id, gift.requestId)).toEqual({ kind: "replayed", responseBody });
  expect(await everything(own.db)).toEqual(before);
});

test("after a redrive the first key still replays its own body", async () => {
  const gift = await giftIn(own.db, "FAILED");
  await recordDeadLetter(own.db, deadMessage(gift.body));
  await own.db.transaction().execute((trx) => queueAgain(trx, { giftId: gift.id, operator: "olga" }));
  expect(await send(gift.id, gift.requestId)).toMatchObject({
    kind: "replayed",
    responseBody: expect.stringContaining(gift.requestId),
  });
});

test.each([
  ["QUEUED", "the gift is QUEUED: another send request is being processed"],
  ["SENT", "the gift is SENT already"],
  ["FAILED", "the gift is FAILED: only an operator's redrive can queue it again"],
] as const)("another key in %s is a conflict that says so", async (status, message) => {
  const gift = await giftIn(own.db, status);
  const before = await everything(own.db);
  await expect(send(gift.id, "another-key")).rejects.toThrow(new SendConflictError(status));
  await expect(send(gift.id, "another-key")).rejects.toThrow(message);
  expect(await everything(own.db)).toEqual(before);
});

test("an unknown gift is not found, and stores nothing", async () => {
  const before = await everything(own.db);
  await expect(send(unknownGiftId, "key")).rejects.toThrow(GiftNotFoundError);
  expect(await everything(own.db)).toEqual(before);
});

test("a key that another gift has used is a request of its own", async () => {
  const [first, second] = [await giftIn(own.db, "CREATED"), await giftIn(own.db, "CREATED")];
  expect((await send(first.id, "reused")).kind).toBe("accepted");
  expect((await send(second.id, "reused")).kind).toBe("accepted");
});

test("the happy path and the plain replay are one query", async () => {
  const gift = await giftIn(own.db, "CREATED");
  let queries = 0;
  const counter: KyselyPlugin = {
    transformQuery({ node }) {
      queries += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const request = { giftId: gift.id, owner: "anybody", requestId: "counted", leaseSeconds: 30 } as const;
  expect((await requestSend(own.db.withPlugin(counter), request)).kind).toBe("accepted");
  expect(queries).toBe(1);
  expect((await requestSend(own.db.withPlugin(counter), request)).kind).toBe("replayed");
  expect(queries).toBe(2);
});
