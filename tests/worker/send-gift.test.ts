import { randomUUID } from "node:crypto";
import { isDatabaseAtFault } from "@gift/core/database/unavailable";
import { createGift } from "@gift/core/gift/create";
import { queueAgain } from "@gift/core/gift/queue-again";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { freePort } from "@gift/local/free-port";
import { ConsumerStoppingError, HandlerTimeoutError, LeaseLostError } from "@gift/queue/error";
import { acknowledge, release, retry } from "@gift/queue/verdict";
import { createSendGift } from "@gift/worker/handler/send-gift";
import { RecordUnavailableError } from "@gift/worker/sender/provider-record";
import type { Sender } from "@gift/worker/sender/sender";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type CapturedLog, captureLog } from "./captured-log.ts";
import { attemptsOf, providerRowsOf, type QueuedGift, queueGift, stateOf } from "./gifts.ts";
import { openProvider } from "./provider.ts";

const database = useTestDatabase();
let sender: Sender;
let captured: CapturedLog;

beforeAll(() => {
  sender = openProvider(database.connection);
});
afterAll(() => sender.close());
beforeEach(() => {
  captured = captureLog();
});

interface Delivery {
  readonly receiveCount?: number;
  readonly isFinalReceive?: boolean;
  readonly signal?: AbortSignal;
  readonly sender?: Sender;
}

function deliver(body: string, delivery: Delivery = {}) {
  const handle = createSendGift({ db: database.db, sender: delivery.sender ?? sender, log: captured.log });
  const { receiveCount = 1, isFinalReceive = false, signal = new AbortController().signal } = delivery;
  const message = { id: randomUUID(), body, attributes: {}, receiveCount, sentAt: new Date(Date.now() - 1_000) };
  return handle(message, { signal, isFinalReceive });
}

/** A provider that fails with whatever it is given. */
function failing(err: unknown): Sender {
  return { ...sender, send: () => Promise.reject(err), close: () => Promise.resolve() };
}

const final: Delivery = { receiveCount: 5, isFinalReceive: true };

describe("success", () => {
  test("the gift is SENT with the provider's reference, once, and the message acknowledged", async () => {
    const gift = await queueGift(database.db, "happy birthday");
    expect(await deliver(gift.body)).toEqual(acknowledge);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT", last_error: null });
    expect(await attemptsOf(database.db, gift.giftId)).toEqual([
      { number: 1, outcome: "SENT", error_code: null, receive_count: 1 },
    ]);
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([
      { idempotency_key: `gift:${gift.giftId}:${gift.requestId}`, calls: 1, effects: 1 },
    ]);
  });

  test("its log line tells the whole attempt", async () => {
    const gift = await queueGift(database.db);
    await deliver(gift.body, { receiveCount: 2 });
    const [line] = captured.of("send.sent");
    expect(line).toMatchObject({ gift_id: gift.giftId, request_id: gift.requestId, attempt: 1, receive_count: 2 });
    expect(line?.queue_wait_milliseconds).toBeGreaterThanOrEqual(990);
    expect(line?.queue_wait_milliseconds).toBeLessThan(5_000);
    expect(line?.handling_milliseconds).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ["emoji", "🎁🎉 für dich, 親愛なる 👩‍👩‍👧‍👦"],
    ["500 characters", "ä".repeat(500)],
    ["500 characters outside the basic plane", "🎁".repeat(500)],
    ["quotes and control characters", 'a "quoted"\n\tline \\ \u0001'],
  ])("a message of %s reaches the provider unchanged", async (_, message) => {
    const seen: (string | null)[] = [];
    const recording: Sender = {
      ...sender,
      send(request) {
        seen.push(request.message);
        return sender.send(request);
      },
    };
    const gift = await queueGift(database.db, message);
    expect(await deliver(gift.body, { sender: recording })).toEqual(acknowledge);
    expect(seen).toEqual([message]);
  });
});

describe("a transient failure", () => {
  test("leaves the gift QUEUED with the error and retries after the backoff", async () => {
    const gift = await queueGift(database.db, "test:fail-always");
    expect(await deliver(gift.body)).toEqual(retry());
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({
      status: "QUEUED",
      last_error: "PROVIDER_UNAVAILABLE: the provider is not available",
    });
    expect(captured.of("send.retried")).toMatchObject([
      { gift_id: gift.giftId, request_id: gift.requestId, error_code: "PROVIDER_UNAVAILABLE", attempt: 1 },
    ]);
  });

  test("is forgotten by the success that follows", async () => {
    const gift = await queueGift(database.db, "test:fail-first-1");
    await deliver(gift.body);
    expect(await deliver(gift.body, { receiveCount: 2 })).toEqual(acknowledge);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT", last_error: null });
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([
      { number: 1, outcome: "RETRY", error_code: "PROVIDER_UNAVAILABLE" },
      { number: 2, outcome: "SENT", receive_count: 2 },
    ]);
  });

  test("on the final receive fails the gift and releases the message to the dead-letter queue", async () => {
    const gift = await queueGift(database.db, "test:fail-always");
    expect(await deliver(gift.body, final)).toEqual(release);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({
      status: "FAILED",
      last_error: "PROVIDER_UNAVAILABLE: the provider is not available",
    });
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([{ outcome: "FAILED", receive_count: 5 }]);
    expect(captured.of("send.failed")).toMatchObject([{ status: "error", error_code: "PROVIDER_UNAVAILABLE" }]);
  });

  test("of a kind nobody named is retried too, its text in the log and not in the gift", async () => {
    const gift = await queueGift(database.db);
    const err = new TypeError("secret is not a function");
    expect(await deliver(gift.body, { sender: failing(err) })).toEqual(retry());
    const { last_error } = await stateOf(database.db, gift.giftId);
    expect(last_error).toBe("SENDER_FAILED: the sender failed unexpectedly; the log has the error");
    const [line] = captured.of("send.retried");
    expect(line).toMatchObject({ error_code: "SENDER_FAILED", error_message: "secret is not a function" });
    expect(line?.error_stack).toContain("TypeError");
  });
});

describe("an error of the network", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 192.0.2.1:443"), { code: "ECONNREFUSED" });

  test.each([
    ["a socket's", refused],
    ["fetch's", new TypeError("fetch failed", { cause: refused })],
    ["a host's that nobody knows", Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" })],
  ])(
    "of a real provider, %s, is the provider's failure and not our database's: a RETRY with a code",
    async (_, err) => {
      const gift = await queueGift(database.db);
      expect(await deliver(gift.body, { sender: failing(err) })).toEqual(retry());
      expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([
        { outcome: "RETRY", error_code: "SENDER_FAILED", receive_count: 1 },
      ]);
    },
  );

  test("of a real provider that is asked for an earlier send is a RETRY as well", async () => {
    const gift = await queueGift(database.db, "test:fail-always");
    await deliver(gift.body, final);
    const requestId = (await redrive(gift)) ?? "";
    const unreachable: Sender = { ...sender, find: () => Promise.reject(refused) };
    expect(await deliver(encodeSendMessage(gift.giftId, requestId), { sender: unreachable })).toEqual(retry());
    expect(captured.of("send.retried")).toMatchObject([{ request_id: requestId, error_code: "SENDER_FAILED" }]);
  });

  test("between the simulated provider and its record is our database's: nothing is concluded, the circuit's to judge", async () => {
    const gift = await queueGift(database.db);
    const away = openProvider({ ...database.connection, port: await freePort() });
    const failure = await deliver(gift.body, { ...final, sender: away }).catch((err: unknown) => err);
    expect(failure).toBeInstanceOf(RecordUnavailableError);
    expect(isDatabaseAtFault(failure)).toBe(true);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "QUEUED", last_error: null });
    await away.close();
  });
});

test("a permanent error fails the gift at the first attempt and acknowledges: nothing is left to try", async () => {
  const gift = await queueGift(database.db, "test:permanent");
  expect(await deliver(gift.body)).toEqual(acknowledge);
  expect(await stateOf(database.db, gift.giftId)).toMatchObject({
    status: "FAILED",
    last_error: "PROVIDER_REFUSED: the provider refuses this gift",
  });
  expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([{ number: 1, outcome: "FAILED" }]);
});

describe("an abort", () => {
  const aborted = (reason: Error) => ({ signal: AbortSignal.abort(reason) });

  test("by the handler's timeout is a transient PROVIDER_TIMEOUT", async () => {
    const gift = await queueGift(database.db);
    expect(await deliver(gift.body, aborted(new HandlerTimeoutError(25)))).toEqual(retry());
    const { last_error } = await stateOf(database.db, gift.giftId);
    expect(last_error).toMatch(/^PROVIDER_TIMEOUT: /);
  });

  test("by the handler's timeout on the final receive fails the gift", async () => {
    const gift = await queueGift(database.db);
    expect(await deliver(gift.body, { ...final, ...aborted(new HandlerTimeoutError(25)) })).toEqual(release);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "FAILED" });
  });

  test.each([
    ["a lost lease", new LeaseLostError()],
    ["a stop", new ConsumerStoppingError()],
  ])("by %s concludes nothing: the message is the next receiver's", async (_, reason) => {
    const gift = await queueGift(database.db);
    await expect(deliver(gift.body, { ...final, ...aborted(reason) })).rejects.toBe(reason);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "QUEUED", last_error: null });
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([{ outcome: null }]);
  });
});

describe("a message with nothing to do", () => {
  test("delivered again after SENT is acknowledged without a call", async () => {
    const gift = await queueGift(database.db);
    await deliver(gift.body);
    expect(await deliver(gift.body, { receiveCount: 2 })).toEqual(acknowledge);
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
    expect(captured.of("send.duplicate")).toMatchObject([{ gift_id: gift.giftId, request_id: gift.requestId }]);
  });

  test("of an earlier send request is stale after a redrive, and leaves the new one alone", async () => {
    const gift = await queueGift(database.db, "test:fail-first-1");
    await deliver(gift.body, final);
    const requestId = await redrive(gift);
    expect(await deliver(gift.body, { receiveCount: 6 })).toEqual(acknowledge);
    expect(captured.of("send.stale")).toMatchObject([{ request_id: gift.requestId }]);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "QUEUED", request_id: requestId });
    expect(await deliver(encodeSendMessage(gift.giftId, requestId ?? ""))).toEqual(acknowledge);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
  });

  test.each([
    ["text", "hello"],
    ["an empty body", ""],
    ["another object", '{"id":1}'],
    ["an id that is no UUID", '{"gift_id":"x","request_id":"r"}'],
    ["a truncated body", '{"gift_id":"019'],
  ])("%s is released until it reaches the dead-letter queue", async (_, body) => {
    expect(await deliver(body)).toEqual(release);
    expect(captured.events()).toEqual(["send.unparsable"]);
  });

  test("naming no gift is released until it reaches the dead-letter queue", async () => {
    expect(await deliver(encodeSendMessage(randomUUID(), "r"))).toEqual(release);
    expect(captured.events()).toEqual(["send.unknown_gift"]);
  });

  test("for a gift that never was queued is stale", async () => {
    const { id } = await createGift(database.db, { amount: 1, message: null });
    expect(await deliver(encodeSendMessage(id, "r"))).toEqual(acknowledge);
    expect(await stateOf(database.db, id)).toMatchObject({ status: "CREATED" });
  });
});

describe("two deliveries at once", () => {
  test("have one effect and one SENT, the other is a duplicate", async () => {
    const gift = await queueGift(database.db, "test:slow-30");
    const verdicts = await Promise.all(Array.from({ length: 5 }, () => deliver(gift.body)));
    expect(verdicts).toEqual(Array(5).fill(acknowledge));
    const [row] = await providerRowsOf(database.db, gift.giftId);
    expect(row?.effects).toBe(1);
    expect(captured.of("send.sent")).toHaveLength(1);
    expect(captured.of("send.duplicate")).toHaveLength(4);
  });

  test("a failure on the final receive loses against a success meanwhile", async () => {
    const gift = await queueGift(database.db);
    const rival: Sender = {
      ...sender,
      async send() {
        await deliver(gift.body);
        throw new TypeError("late");
      },
    };
    expect(await deliver(gift.body, { ...final, sender: rival })).toEqual(acknowledge);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT", last_error: null });
    expect(captured.of("send.failed")).toEqual([]);
  });
});

test("an effect whose UPDATE failed is found again under its key: one effect, the same reference", async () => {
  const gift = await queueGift(database.db);
  await expect(
    database.db.transaction().execute(async (trx) => {
      await sql`select from gifts where id = ${gift.giftId} for no key update`.execute(trx);
      await impatient(gift);
    }),
  ).rejects.toThrow(/lock timeout/);
  const [before] = await providerRowsOf(database.db, gift.giftId);
  expect(before).toMatchObject({ calls: 1, effects: 1 });
  expect(await deliver(gift.body, { receiveCount: 2 })).toEqual(acknowledge);
  expect(await providerRowsOf(database.db, gift.giftId)).toEqual([{ ...before, calls: 2 }]);
  expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
});

/** Delivers with connections that don't wait long for a lock. */
async function impatient(gift: QueuedGift): Promise<void> {
  await database.db.connection().execute(async (db) => {
    await sql`set lock_timeout = '100ms'`.execute(db);
    const handle = createSendGift({ db, sender, log: captured.log });
    const message = { id: randomUUID(), body: gift.body, attributes: {}, receiveCount: 1, sentAt: new Date() };
    try {
      await handle(message, { signal: new AbortController().signal, isFinalReceive: false });
    } finally {
      await sql`reset lock_timeout`.execute(db);
    }
  });
}

function redrive(gift: QueuedGift): Promise<string | undefined> {
  return database.db
    .transaction()
    .execute((trx) => queueAgain(trx, { giftId: gift.giftId, operator: "test", failedRequestId: gift.requestId }));
}
