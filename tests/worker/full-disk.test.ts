import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { failWrites } from "./fail-writes.ts";
import { attemptsOf, queueGift, stateOf } from "./gifts.ts";
import { createWorld, runGiftRole, useRoles } from "./roles.ts";

const database = useTestDatabase();
let sqs: SqsServer;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
useRoles();

test.each([
  ["a full disk", "53100"],
  ["no memory", "53200"],
  ["a server that became read-only", "25006"],
  ["statements that are canceled for taking too long", "57014"],
])(
  "%s opens the circuit at the first failure and keeps it open: no message loses a second receive",
  async (_, code) => {
    const [earlier, gift] = [await queueGift(database.db), await queueGift(database.db)];
    const world = await createWorld(database, sqs);
    const { of } = await runGiftRole(world, {
      tuning: { circuit: { window: 50, failureRatio: 0.9, pauseSeconds: 0.1 } },
    });
    await sqs.send(world.queueUrl, [earlier.body]);
    await expect.poll(() => stateOf(database.db, earlier.giftId)).toMatchObject({ status: "SENT" });

    const mend = await failWrites(database.db, code);
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(() => of("consumer.circuit_opened")).toMatchObject([{ reason: "unavailable", error_code: code }]);
    // Ten times the circuit's pause: it has asked again and again.
    const fullUntil = performance.now() + 1_000;
    await expect.poll(() => performance.now() > fullUntil).toBe(true);
    await mend();

    await expect.poll(() => stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
    expect(of("consumer.circuit_opened")).toHaveLength(1);
    expect(await attemptsOf(database.db, gift.giftId)).toEqual([
      { number: 1, outcome: "SENT", error_code: null, receive_count: 2 },
    ]);
  },
);
