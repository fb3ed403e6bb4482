import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { endSessions } from "../support/row-lock.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createTracedSystem } from "../telemetry/traced-system.ts";
import { call, sendGift, statusOf } from "./client.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const message = "für Anna, von Ewald";
const poll = { timeout: 30_000, interval: 50 };

test("no line, span or metric of a gift's life, good or bad, has its code or its message", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const environment = { LOG_LEVEL: "debug" };
  const processes = await Promise.all([
    system.startApi(environment),
    system.startWorker("gift,outbox,dead-letters", { ...environment, FAILURE_RATE: "0.7" }),
  ]);
  const { apiUrl } = system;
  const gifts = await Promise.all(Array.from({ length: 8 }, () => sendGift(apiUrl, message)));
  const ended = async () => {
    const statuses = await Promise.all(gifts.map(({ giftId }) => statusOf(apiUrl, giftId)));
    return statuses.every((status) => status === "SENT" || status === "FAILED");
  };
  await expect.poll(ended, poll).toBe(true);
  for (const { giftId } of gifts) await call("POST", `${apiUrl}/gifts/${giftId}/send`, { key: "another" });
  await call("POST", `${apiUrl}/gifts`, { body: { amount: "much", message } });
  await call("POST", `${apiUrl}/gifts`, { body: { amount: 1, message: message.repeat(100) } });
  await call("POST", `${apiUrl}/gifts?message=${encodeURIComponent(message)}`, { body: { amount: 1 } });
  // What Postgres says of a statement that it ends must not quote the statement's values.
  const broken = Array.from({ length: 20 }, () => call("POST", `${apiUrl}/gifts`, { body: { amount: 1, message } }));
  await endSessions(database.db, "api");
  await Promise.all(broken);

  const rows = await database.db.selectFrom("gifts").select(["code", "status"]).execute();
  expect(new Set(rows.map(({ status }) => status)).has("SENT")).toBe(true);
  const told = [...processes.map((each) => each.output()), JSON.stringify([system.agent.spans, system.agent.points])];
  const everything = told.join("\n");
  expect(everything).toContain("send.sent");
  expect(everything).toContain("send.conflicted");
  expect(everything).not.toMatch(/Anna|Ewald|%2C%20von/);
  expect(rows.filter(({ code }) => everything.includes(code))).toEqual([]);
}, 60_000);
