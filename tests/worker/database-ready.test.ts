import { openDatabase } from "@gift/core/database/database";
import { createBeginBatch } from "@gift/core/send-attempt/begin-batch";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { isDatabaseReady } from "@gift/worker/database-ready";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { failWrites } from "./fail-writes.ts";
import { attemptsOf, queueGift } from "./gifts.ts";

const database = useTestDatabase();

async function behindProxy() {
  const proxy = await startTcpProxy(database.connection);
  const db = openDatabase({ ...database.connection, port: proxy.port, maxConnections: 1, applicationName: "proxied" });
  onTestFinished(async () => {
    await proxy.close();
    await db.destroy();
  });
  return { proxy, db };
}

test("an answer is ready", async () => {
  expect(await isDatabaseReady(database.db)).toBe(true);
});

test("an answer is ready as well once there are attempts, and asking leaves none behind", async () => {
  const { giftId, requestId } = await queueGift(database.db);
  await createBeginBatch(database.db)({ giftId, requestId, receiveCount: 1 });
  expect(await isDatabaseReady(database.db)).toBe(true);
  expect(await attemptsOf(database.db, giftId)).toHaveLength(1);
});

test.each([
  ["for lack of room is not ready", "53100", false],
  ["for any other reason is for a message to find out", "23514", true],
])("a write that fails %s", async (_, code, isReady) => {
  const { giftId, requestId } = await queueGift(database.db);
  await createBeginBatch(database.db)({ giftId, requestId, receiveCount: 1 });
  const mend = await failWrites(database.db, code);
  expect(await isDatabaseReady(database.db)).toBe(isReady);
  await mend();
});

test("a refused connection is not, and is ready again once it answers", async () => {
  const { proxy, db } = await behindProxy();
  await proxy.cut();
  expect(await isDatabaseReady(db)).toBe(false);
  await proxy.mend();
  expect(await isDatabaseReady(db)).toBe(true);
});

test("a connection that hangs is not ready after the limit, long before the pool gives up", async () => {
  const { proxy, db } = await behindProxy();
  await isDatabaseReady(db);
  proxy.freeze();
  const startedAt = performance.now();
  expect(await isDatabaseReady(db, 100)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
