import { isAbandoned, waitForQuiet } from "@gift/chaos/audit/quiet";
import { countWays } from "@gift/chaos/fault/carry-out";
import { ofEachQueue } from "@gift/fleet/each-queue";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { queueGift } from "../worker/gifts.ts";

const database = useTestDatabase();
const nothing = { queued: 0, outbox: 0, messages: 0 };
const empty = { visible: 0, inFlight: 0 };

beforeEach(async () => {
  await sql`truncate gifts, send_requests, send_attempts, outbox cascade`.execute(database.db);
});

/** As much of a system as waiting needs; its queues are empty. */
function system() {
  const { host, port, database: name, user: username } = database.connection;
  return {
    database: database.db,
    link: { host, port, database: name, username, auth: "password" as const, password: "unused" },
    queueUrls: ofEachQueue((queue) => `http://127.0.0.1:9/000000000000/${queue}`),
    readDepth: () => Promise.resolve(empty),
  };
}

/** A gift whose message is nowhere. */
async function forgotten(): Promise<void> {
  const { giftId } = await queueGift(database.db);
  await sql`update gifts set updated_at = now() - interval '1 hour' where id = ${giftId}`.execute(database.db);
}

describe("a gift whose message is nowhere", () => {
  const patience = { roundMilliseconds: 100, patienceMilliseconds: 5_000 };

  test("is requeued as the runbook says, and counted, where SQS may have lost it", async () => {
    await forgotten();
    const quiet = await waitForQuiet(system(), { ...patience, mayRequeue: true });
    // Nobody sweeps here: the message stays in the outbox, and is not written a second time.
    expect(quiet).toEqual({ requeued: 1, unsettled: { ...nothing, queued: 1, outbox: 1 } });
  }, 30_000);

  test("is a loss of ours where SQS can't be to blame", async () => {
    await forgotten();
    const quiet = await waitForQuiet(system(), { ...patience, patienceMilliseconds: 500, mayRequeue: false });
    expect(quiet).toEqual({ requeued: 0, unsettled: { ...nothing, queued: 1 } });
  });
});

test("quiet is when nothing is on its way", async () => {
  const quiet = await waitForQuiet(system(), { mayRequeue: true, patienceMilliseconds: 5_000 });
  expect(quiet).toEqual({ requeued: 0, unsettled: nothing });
});

test("gifts are abandoned when they wait and nobody holds a message", () => {
  expect(isAbandoned({ ...nothing, queued: 1 })).toBe(true);
  expect(isAbandoned(nothing)).toBe(false);
  for (const holder of ["outbox", "messages"]) expect(isAbandoned({ ...nothing, queued: 1, [holder]: 1 })).toBe(false);
});

test("faults are counted by what they do", () => {
  const fault = { startsAtMilliseconds: 0, lastsMilliseconds: 0 };
  const counted = countWays([
    { ...fault, target: "sqs", way: "kill" },
    { ...fault, target: "api", way: "kill" },
    { ...fault, target: "postgres", way: "restart-fast" },
  ]);
  expect(counted).toMatchObject({ kill: 2, "restart-fast": 1, freeze: 0 });
});
