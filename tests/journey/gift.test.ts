import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { launchProcess, linkedEnvironment } from "../support/process.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { attemptsOf, providerRowsOf } from "../worker/gifts.ts";
import { call, sendGift, statusOf } from "./client.ts";
import { createSystem } from "./system.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

async function startAll() {
  const system = await createSystem(database.connection, sqs);
  await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
  return system;
}

test("a gift is created, sent and SENT; a replay answers the first response's bytes then and ever after", async () => {
  const { apiUrl } = await startAll();
  const { giftId, key, text } = await sendGift(apiUrl, "Viel Glück! 🎁");
  await expect.poll(() => statusOf(apiUrl, giftId)).toBe("SENT");
  const replay = await call("POST", `${apiUrl}/gifts/${giftId}/send`, { key });
  expect(replay).toMatchObject({ status: 200, text });
  expect(replay.headers.get("idempotent-replayed")).toBe("true");
  expect(await call("POST", `${apiUrl}/gifts/${giftId}/send`, { key: "another" })).toMatchObject({ status: 409 });
  expect(await providerRowsOf(database.db, giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
});

test("a gift that fails its first two attempts is SENT by the third", async () => {
  const { apiUrl } = await startAll();
  const { giftId } = await sendGift(apiUrl, "test:fail-first-2");
  await expect.poll(() => statusOf(apiUrl, giftId)).toBe("SENT");
  expect(await attemptsOf(database.db, giftId)).toMatchObject([
    { number: 1, outcome: "RETRY", receive_count: 1 },
    { number: 2, outcome: "RETRY", receive_count: 2 },
    { number: 3, outcome: "SENT", receive_count: 3 },
  ]);
});

test("a gift that fails five times is FAILED and a dead letter; the operator's redrive sends it, once", async () => {
  const { apiUrl } = await startAll();
  const { giftId, key, text } = await sendGift(apiUrl, "test:fail-first-5");
  await expect.poll(() => statusOf(apiUrl, giftId)).toBe("FAILED");
  const letters = () => database.db.selectFrom("dead_letters").selectAll().where("gift_id", "=", giftId).execute();
  await expect.poll(letters).toMatchObject([{ state: "OPEN", error: expect.stringMatching(/^PROVIDER_/) }]);
  expect(await call("POST", `${apiUrl}/gifts/${giftId}/send`, { key })).toMatchObject({ status: 200, text });

  const redrive = ["dead-letters", "redrive", "--all", "--gift", giftId];
  expect(await ops(redrive)).toMatchObject({ code: 0 });
  await expect.poll(() => statusOf(apiUrl, giftId)).toBe("SENT");
  await ops(redrive);
  expect(await letters()).toMatchObject([{ state: "REDRIVEN" }]);
  expect(await attemptsOf(database.db, giftId)).toHaveLength(6);
  expect(await call("POST", `${apiUrl}/gifts/${giftId}/send`, { key })).toMatchObject({ status: 200, text });
});

test("a gift with a permanent error is FAILED at once, without a second attempt", async () => {
  const { apiUrl } = await startAll();
  const { giftId } = await sendGift(apiUrl, "test:permanent");
  await expect.poll(() => statusOf(apiUrl, giftId)).toBe("FAILED");
  expect(await attemptsOf(database.db, giftId)).toMatchObject([{ outcome: "FAILED" }]);
});

async function ops(words: readonly string[]) {
  return await launchProcess({
    entryPoint: "packages/ops/src/main.ts",
    arguments: words,
    environment: linkedEnvironment({ database: database.connection }),
  }).exited;
}
