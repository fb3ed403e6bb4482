import { randomUUID } from "node:crypto";
import { BatcherFullError } from "@gift/batch/error";
import { createStatementBatch } from "@gift/core/database/statement-batch";
import { createGift, createGiftBatch } from "@gift/core/gift/create";
import { GiftNotFoundError, SendConflictError } from "@gift/core/gift/gift.errors";
import { createMarkSentBatch } from "@gift/core/gift/mark-sent-batch";
import type { SendRequest } from "@gift/core/gift/request-send";
import { createRequestSendBatch } from "@gift/core/gift/request-send-batch";
import { createBeginBatch } from "@gift/core/send-attempt/begin-batch";
import { describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { lockRow } from "../support/row-lock.ts";
import { begun, giftIn, rowsOf, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();
const times = <Result>(count: number, make: (index: number) => Result) =>
  Array.from({ length: count }, (_, i) => make(i));

function request(giftId: string, requestId = `key-${randomUUID()}`): SendRequest {
  return {
    giftId,
    requestId,
    owner: "anybody",
    attributes: { _datadog: `"of ${requestId}"` },
    leaseSeconds: 30,
  };
}

describe("a statement over many rows", () => {
  const echo = { alone: (item: number) => Promise.resolve(item * 10) };

  test("carries what arrived while the others were in flight, and a lone call at once", async () => {
    const sizes: number[] = [];
    const call = createStatementBatch<number, number>({
      ...echo,
      async together(items) {
        sizes.push(items.length);
        await new Promise((resolve) => setImmediate(resolve));
        return items.map((value) => ({ value }));
      },
    });
    const first = call(0);
    await Promise.resolve();
    const rest = times(50, (index) => call(index));
    expect(await Promise.all([first, ...rest])).toHaveLength(51);
    expect(sizes[0]).toBe(1);
    expect(sizes.length).toBeLessThanOrEqual(3);
  });

  test("that fails is asked again row by row: the bad row alone fails", async () => {
    const call = createStatementBatch<number, number>({
      together: () => Promise.reject(new Error("row 3 is bad")),
      alone: (item) => (item === 3 ? Promise.reject(new Error("bad")) : Promise.resolve(item * 10)),
    });
    const results = await Promise.allSettled(times(5, call));
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test.each([
    ["the database is away: what was committed is not known", "ECONNRESET"],
    ["it was canceled for taking too long: a hundred more would take longer", "57014"],
    ["the disk is full", "53100"],
  ])("isn't repeated when %s", async (_, code) => {
    const away = Object.assign(new Error("not about a row"), { code });
    let alone = 0;
    const call = createStatementBatch<number, number>({
      together: () => Promise.reject(away),
      alone() {
        alone += 1;
        return Promise.resolve(0);
      },
    });
    const results = await Promise.allSettled(times(5, call));
    expect(results.every((result) => result.status === "rejected" && result.reason === away)).toBe(true);
    expect(alone).toBe(0);
  });

  test("that waits too long for a row's lock is asked row by row: whose row is locked is refused, its neighbors aren't", async () => {
    const locked = Object.assign(new Error("lock timeout"), { code: "55P03" });
    const call = createStatementBatch<number, number>({
      together: () => Promise.reject(locked),
      alone: (item) => (item === 3 ? Promise.reject(locked) : Promise.resolve(item)),
    });
    const results = await Promise.allSettled(times(5, call));
    expect(results.flatMap((result, index) => (result.status === "rejected" ? [[index, result.reason]] : []))).toEqual([
      [3, locked],
    ]);
  });

  test("refuses who comes when a thousand wait already, and takes those again who come when it has room", async () => {
    const gate = Promise.withResolvers<void>();
    const call = createStatementBatch<number, number>({
      ...echo,
      mostStatements: 1,
      together: async (items) => {
        await gate.promise;
        return items.map((value) => ({ value }));
      },
    });
    const inFlight = call(0);
    await Promise.resolve();
    const waiting = times(1_000, (index) => call(index));
    await expect(call(1_001)).rejects.toThrow(BatcherFullError);
    gate.resolve();
    expect(await Promise.all([inFlight, ...waiting])).toHaveLength(1_001);
    expect(await call(7)).toBe(7);
  });
});

describe("gifts created together", () => {
  test("are each their caller's", async () => {
    const create = createGiftBatch(own.db);
    const gifts = await Promise.all(
      times(250, (index) => create({ amount: index + 1, message: index % 2 ? `message ${index}` : null })),
    );
    for (const [index, gift] of gifts.entries())
      expect(gift).toMatchObject({
        amount: index + 1,
        message: index % 2 ? `message ${index}` : null,
        status: "CREATED",
      });
    expect(new Set(gifts.flatMap(({ id, code }) => [id, code])).size).toBe(500);
  });

  test("a row that a constraint refuses fails alone", async () => {
    const create = createGiftBatch(own.db);
    const results = await Promise.allSettled(times(10, (index) => create({ amount: index, message: null })));
    expect(results.map(({ status }) => status)).toEqual(["rejected", ...times(9, () => "fulfilled")]);
  });
});

describe("sends requested together", () => {
  test("are each accepted with their own answer, request, message and trace", async () => {
    const send = createRequestSendBatch(own.db);
    const gifts = await Promise.all(times(60, () => giftIn(own.db, "CREATED")));
    const requests = gifts.map(({ id }) => request(id));
    const outcomes = await Promise.all(requests.map(send));
    for (const [index, { giftId, requestId }] of requests.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind !== "accepted") throw new Error(`it was ${outcome?.kind}`);
      expect(JSON.parse(outcome.responseBody)).toMatchObject({ gift_id: giftId, request_id: requestId });
      const rows = await rowsOf(own.db, giftId);
      expect(rows.gift).toMatchObject({ status: "QUEUED", request_id: requestId });
      expect(rows.sendRequests).toMatchObject([{ request_id: requestId, response_body: outcome.responseBody }]);
      expect(rows.outbox).toMatchObject([{ id: outcome.message.id, body: outcome.message.body }]);
      expect(rows.outbox[0]?.attributes).toEqual({ _datadog: `"of ${requestId}"` });
    }
  }, 30_000);

  test("every kind of answer in one crowd is the one it would have had alone", async () => {
    const send = createRequestSendBatch(own.db);
    const [fresh, queued, sent, failed] = await Promise.all(
      (["CREATED", "QUEUED", "SENT", "FAILED"] as const).map((status) => giftIn(own.db, status)),
    );
    if (!(fresh && queued && sent && failed)) throw new Error("a gift is missing");
    const results = await Promise.allSettled([
      send(request(fresh.id, "mine")),
      send(request(fresh.id, "mine")),
      send(request(fresh.id, "another")),
      send(request(unknownGiftId)),
      send(request(queued.id, queued.requestId)),
      send(request(queued.id)),
      send(request(sent.id)),
      send(request(failed.id)),
    ]);
    const told = results.map((result) =>
      result.status === "fulfilled" ? result.value.kind : result.reason?.constructor?.name,
    );
    // Of a gift named several times in one statement any may be the first; the others find it QUEUED.
    const [first, second, third, ...rest] = told;
    expect([first, second, third].filter((kind) => kind === "accepted")).toHaveLength(1);
    expect(rest).toEqual([
      GiftNotFoundError.name,
      "replayed",
      SendConflictError.name,
      SendConflictError.name,
      SendConflictError.name,
    ]);
    const rows = await rowsOf(own.db, fresh.id);
    expect([rows.sendRequests.length, rows.outbox.length]).toEqual([1, 1]);
  });

  test("another client's gift is not found", async () => {
    const send = createRequestSendBatch(own.db);
    const create = createGiftBatch(own.db);
    const [mine, yours] = await Promise.all([
      create({ amount: 1, message: null, clientId: "me" }),
      create({ amount: 1, message: null, clientId: "you" }),
    ]);
    const owner = { clientId: "me" };
    const results = await Promise.allSettled([
      send({ ...request(mine.id), owner }),
      send({ ...request(yours.id), owner }),
    ]);
    expect(results).toMatchObject([{ value: { kind: "accepted" } }, { reason: { code: "NOT_FOUND" } }]);
  });

  test.each(["before", "after"])(
    "a stranger's request %s its owner's, in one statement, is never the one that is accepted",
    async (when) => {
      const send = createRequestSendBatch(own.db);
      const isBefore = when === "before";
      for (let round = 0; round < 20; round += 1) {
        const { id } = await createGift(own.db, { amount: 1, message: null, clientId: "me" });
        const mine = { ...request(id), owner: { clientId: "me" } };
        const strangers = times(3, () => ({ ...request(id), owner: { clientId: "you" } }));
        const order = isBefore ? [...strangers, mine] : [mine, ...strangers];
        const results = await Promise.allSettled(order.map(send));
        const kinds = results.map((result) => (result.status === "fulfilled" ? result.value.kind : result.reason.code));
        const refused = strangers.map(() => "NOT_FOUND");
        expect(kinds).toEqual(isBefore ? [...refused, "accepted"] : ["accepted", ...refused]);
        expect(await rowsOf(own.db, id)).toMatchObject({
          gift: { request_id: mine.requestId },
          sendRequests: [{ request_id: mine.requestId }],
          outbox: [expect.anything()],
        });
      }
    },
  );

  test("nobody waits for a gift that somebody else has locked", async () => {
    const send = createRequestSendBatch(own.db);
    const gifts = await Promise.all(times(20, () => giftIn(own.db, "CREATED")));
    const [locked, ...free] = gifts;
    if (!locked) throw new Error("a gift is missing");
    const lock = await lockRow(own.connection, "gifts", locked.id);
    const waiting = send(request(locked.id));
    const outcomes = await Promise.all(free.map(({ id }) => send(request(id))));
    expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
    await lock.release();
    expect((await waiting).kind).toBe("accepted");
  });
});

describe("attempts begun together", () => {
  test("are each their delivery's, whatever it finds", async () => {
    const begin = createBeginBatch(own.db);
    const [queued, sent, failed] = await Promise.all(
      (["QUEUED", "SENT", "FAILED"] as const).map((status) => giftIn(own.db, status)),
    );
    if (!(queued && sent && failed)) throw new Error("a gift is missing");
    const delivery = (giftId: string, requestId: string) => ({ giftId, requestId, receiveCount: 2 });
    const beginnings = await Promise.all([
      begin(delivery(queued.id, queued.requestId)),
      begin(delivery(sent.id, sent.requestId)),
      begin(delivery(failed.id, "an earlier one")),
      begin(delivery(unknownGiftId, "one")),
      begin(delivery(queued.id, "another")),
    ]);
    expect(beginnings.map(({ kind }) => kind)).toEqual(["begun", "duplicate", "stale", "unknown-gift", "stale"]);
    expect((await rowsOf(own.db, queued.id)).attempts).toMatchObject([{ number: 1, receive_count: 2, outcome: null }]);
  });

  test("deliveries of one message at the same moment get a number each", async () => {
    const begin = createBeginBatch(own.db);
    const { id: giftId, requestId } = await giftIn(own.db, "QUEUED");
    const beginnings = await Promise.all(times(4, () => begin({ giftId, requestId, receiveCount: 1 })));
    const numbers = beginnings.map((beginning) => (beginning.kind === "begun" ? beginning.attempt.number : 0));
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });
});

describe("gifts marked together", () => {
  test("are SENT with their own reference and latency; one that has moved on is told so", async () => {
    const mark = createMarkSentBatch(own.db);
    const gifts = await Promise.all(times(30, () => giftIn(own.db, "QUEUED")));
    const attempts = await Promise.all(gifts.map((gift) => begun(own.db, gift)));
    const failed = await giftIn(own.db, "FAILED");
    const late = { ...attempts[0], giftId: failed.id, requestId: failed.requestId, id: "0", number: 1 };
    const [lateResult, ...results] = await Promise.all([
      mark({ attempt: late, providerReference: "late" }),
      ...attempts.map((attempt) => mark({ attempt, providerReference: `reference ${attempt.id}` })),
    ]);
    expect(lateResult).toBeUndefined();
    for (const [index, attempt] of attempts.entries()) {
      expect(results[index]?.latencySeconds).toBeGreaterThanOrEqual(0);
      const rows = await rowsOf(own.db, attempt.giftId);
      expect(rows.gift).toMatchObject({ status: "SENT", last_error: null });
      expect(rows.attempts).toMatchObject([{ outcome: "SENT", provider_reference: `reference ${attempt.id}` }]);
    }
  }, 30_000);

  test("two attempts of one send that both succeeded make it SENT once, and each keeps its outcome", async () => {
    const mark = createMarkSentBatch(own.db);
    const gift = await giftIn(own.db, "QUEUED");
    const attempts = [await begun(own.db, gift), await begun(own.db, gift)];
    const results = await Promise.all(attempts.map((attempt) => mark({ attempt, providerReference: "one" })));
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.attempts.map(({ outcome }) => outcome)).toEqual(["SENT", "SENT"]);
  });

  test("one attempt that is reported twice in the same statement is SENT once, and one of both is told so", async () => {
    const mark = createMarkSentBatch(own.db);
    const attempt = await begun(own.db, await giftIn(own.db, "QUEUED"));
    const results = await Promise.all(
      ["one", "other"].map((providerReference) => mark({ attempt, providerReference })),
    );
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
  });
});
