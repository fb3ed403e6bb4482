import { randomUUID } from "node:crypto";
import type { SendCall, Sender } from "@gift/worker/sender/sender";
import type { SimulatedSenderOptions } from "@gift/worker/sender/simulated-sender";
import { afterEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { providerRowsOf } from "./gifts.ts";
import { chosen, openProvider } from "./provider.ts";

const database = useTestDatabase();
const opened: Sender[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((sender) => sender.close()));
});

function provider(options?: Partial<Omit<SimulatedSenderOptions, "db">>): Sender {
  const sender = openProvider(database.connection, options);
  opened.push(sender);
  return sender;
}

function request(message: string | null = null, overrides: Partial<SendCall> = {}): SendCall {
  const giftId = randomUUID();
  const signal = new AbortController().signal;
  return {
    idempotencyKey: `gift:${giftId}:first`,
    giftId,
    code: randomUUID(),
    amount: 5,
    message,
    signal,
    ...overrides,
  };
}

describe("the idempotency key", () => {
  test("however often a key is called, it takes effect once and answers the same reference", async () => {
    const sender = provider();
    const send = request();
    const first = await sender.send(send);
    const others = await Promise.all(Array.from({ length: 20 }, () => sender.send(send)));
    expect(new Set(others.map(({ reference }) => reference))).toEqual(new Set([first.reference]));
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 21, effects: 1 }]);
  });

  test("concurrent first calls of one key take effect once", async () => {
    const sender = provider();
    const send = request();
    const sent = await Promise.all(Array.from({ length: 20 }, () => sender.send(send)));
    expect(new Set(sent.map(({ reference }) => reference)).size).toBe(1);
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 20, effects: 1 }]);
  });

  test("another key of the same gift is another effect: the key is the caller's promise, not the provider's guess", async () => {
    const sender = provider();
    const send = request();
    const first = await sender.send(send);
    const second = await sender.send({ ...send, idempotencyKey: `gift:${send.giftId}:second` });
    expect(second.reference).not.toBe(first.reference);
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ effects: 1 }, { effects: 1 }]);
  });
});

describe("the failure rate", () => {
  test("a failure before the effect leaves none", async () => {
    // latency, fails (below 0.2), answer not lost (above the lost share)
    const sender = provider({ failureRate: 0.2, random: chosen(0, 0.19, 0.9) });
    const send = request();
    await expect(sender.send(send)).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE", kind: "transient" });
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 1, effects: 0, reference: null }]);
  });

  test("a lost answer hides an effect, and the next call under the key learns its reference", async () => {
    const sender = provider({ failureRate: 0.2, random: chosen(0, 0.19, 0.1, 0, 0.2) });
    const send = request();
    await expect(sender.send(send)).rejects.toMatchObject({ code: "PROVIDER_RESPONSE_LOST", kind: "transient" });
    const [row] = await providerRowsOf(database.db, send.giftId);
    expect(row).toMatchObject({ calls: 1, effects: 1 });
    expect(await sender.send(send)).toEqual({ reference: row?.reference });
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 2, effects: 1 }]);
  });

  test.each([
    [0, 0],
    [1, 200],
  ])("rate %d fails %d of 200", async (failureRate, expected) => {
    const sender = provider({ failureRate });
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => sender.send(request())));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(expected);
  });

  test("gifts with a test value are exempt", async () => {
    const sender = provider({ failureRate: 1 });
    await expect(sender.send(request("test:slow-1"))).resolves.toHaveProperty("reference");
  });
});

describe("test values", () => {
  test("fail-always never takes effect", async () => {
    const sender = provider();
    const send = request("test:fail-always");
    for (let call = 0; call < 3; call += 1)
      await expect(sender.send(send)).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 3, effects: 0 }]);
  });

  test("fail-first-5 fails five times over all keys of the gift, so that a redrive's first call succeeds", async () => {
    const sender = provider();
    const send = request("test:fail-first-5");
    for (let call = 0; call < 5; call += 1)
      await expect(sender.send(send)).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    await sender.send({ ...send, idempotencyKey: `gift:${send.giftId}:redrive` });
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([
      { calls: 5, effects: 0 },
      { calls: 1, effects: 1 },
    ]);
  });

  test("permanent refuses for good", async () => {
    const sender = provider();
    const send = request("test:permanent");
    await expect(sender.send(send)).rejects.toMatchObject({ code: "PROVIDER_REFUSED", kind: "permanent" });
    expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 1, effects: 0 }]);
  });

  test("slow takes its time", async () => {
    const startedAt = performance.now();
    await provider().send(request("test:slow-120"));
    expect(performance.now() - startedAt).toBeGreaterThan(115);
  });

  test("slow ends at once with the abort's own reason, and without an effect", async () => {
    const controller = new AbortController();
    const send = request("test:slow-60000", { signal: controller.signal });
    const sending = provider().send(send);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(sending).rejects.toBe(reason);
    expect(await providerRowsOf(database.db, send.giftId)).toEqual([]);
  });

  test.each(["test:fail-always", "test:permanent", "test:fail-first-1", "test:slow-60000"])(
    "where they are refused, %s is sent like any other message",
    async (message) => {
      const send = request(message);
      await provider({ areTestValuesAllowed: false }).send(send);
      expect(await providerRowsOf(database.db, send.giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
    },
  );
});

test("a call whose signal is aborted already never reaches the provider", async () => {
  const send = request(null, { signal: AbortSignal.abort(new Error("too late")) });
  await expect(provider().send(send)).rejects.toThrow("too late");
  expect(await providerRowsOf(database.db, send.giftId)).toEqual([]);
});

test("latency stays within its bounds", async () => {
  const sender = provider({ latency: { least: 30, most: 50 }, random: chosen(0.999, 1, 0.999, 1) });
  const startedAt = performance.now();
  await sender.send(request());
  expect(performance.now() - startedAt).toBeGreaterThan(45);
});
