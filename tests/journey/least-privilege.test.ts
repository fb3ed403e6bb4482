import { roles } from "@gift/core/migration/privilege";
import { grantRoles } from "@gift/core/migration/roles";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { sendGift, statusOf } from "./client.ts";
import { createSystem } from "./system.ts";

const database = useTestDatabase();
let sqs: SqsServer;

beforeAll(async () => {
  sqs = await startSqs();
  await grantRoles(database.db);
});
afterAll(() => sqs.close());

test("the API and every worker role need no more than gift_app has: gifts are SENT, retried, FAILED and recorded", async () => {
  const system = await createSystem({ ...database.connection, user: roles.app }, sqs);
  await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
  const sent = await sendGift(system.apiUrl);
  const retried = await sendGift(system.apiUrl, "test:fail-first-1");
  const failing = await sendGift(system.apiUrl, "test:fail-always");
  await expect.poll(() => statusOf(system.apiUrl, sent.giftId)).toBe("SENT");
  await expect.poll(() => statusOf(system.apiUrl, retried.giftId)).toBe("SENT");
  await expect.poll(() => statusOf(system.apiUrl, failing.giftId)).toBe("FAILED");
  const letters = () =>
    database.db.selectFrom("dead_letters").select("state").where("gift_id", "=", failing.giftId).execute();
  await expect.poll(letters).toEqual([{ state: "OPEN" }]);
});
