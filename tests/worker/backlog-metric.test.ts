import { openDatabase } from "@gift/core/database/database";
import { appendToOutbox } from "@gift/core/outbox/append";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { connectMetrics } from "@gift/telemetry/measure";
import { gaugeBacklog } from "@gift/worker/outbox/backlog-metric";
import { startOutboxRole } from "@gift/worker/role/outbox";
import { sql } from "kysely";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { giftIn } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { useMetrics } from "../support/metric.ts";
import { captureLog } from "./captured-log.ts";

const database = useTestDatabase();
const metrics = useMetrics();
beforeEach(() => sql`truncate outbox`.execute(database.db));

const append = (destination: string) =>
  database.db.transaction().execute((trx) => appendToOutbox(trx, { destination, body: "{}" }));
const depth = (queue: string) => metrics.last("gift.outbox.depth", { queue });
const age = (queue: string) => metrics.last("gift.outbox.oldest_age", { queue });

/** The role for the length of a test; what it is asked to publish is refused, so that it stays. */
function runRole(db = database.db) {
  const role = startOutboxRole({
    db,
    log: captureLog().log,
    batch: 100,
    intervalMilliseconds: 600_000,
    leaseSeconds: 30,
    queues: ["gift"],
    publish: () => Promise.reject(new Error("SQS is away")),
  });
  onTestFinished(() => role.stop(500));
  return role;
}

describe("the outbox's gauges", () => {
  test("say 0 for a queue for which nothing waits: a monitor must see the end of a backlog", async () => {
    await gaugeBacklog(database.db, ["gift", "parcel"]);
    expect([depth("gift"), age("gift"), depth("parcel"), age("parcel")]).toEqual([0, 0, 0, 0]);
    expect(metrics.last("gift.dead_letter.open")).toBe(0);
  });

  test("say how much waits, and for how long", async () => {
    await append("gift");
    await append("gift");
    await sql`update outbox set created_at = now() - interval '5 minutes'`.execute(database.db);
    await gaugeBacklog(database.db, ["gift"]);
    expect(depth("gift")).toBe(2);
    expect(age("gift")).toBeGreaterThanOrEqual(300);
    expect(age("gift")).toBeLessThan(310);
  });

  test("say how long the longest QUEUED gift has waited, and 0 when none does", async () => {
    await gaugeBacklog(database.db, ["gift"]);
    expect(metrics.last("gift.send.oldest_queued")).toBe(0);
    const gift = await giftIn(database.db, "QUEUED");
    await sql`update send_requests set created_at = now() - interval '2 hours' where gift_id = ${gift.id}`.execute(
      database.db,
    );
    await gaugeBacklog(database.db, ["gift"]);
    expect(metrics.last("gift.send.oldest_queued")).toBeGreaterThanOrEqual(7_200);
  });

  test("add up rows for queues that aren't linked under one name, whatever text is in them", async () => {
    for (const destination of ["carrier-pigeon", "bottle", "gift"]) await append(destination);
    await gaugeBacklog(database.db, ["gift"]);
    expect([depth("gift"), depth("unknown")]).toEqual([1, 2]);
    expect(new Set(metrics.of("gift.outbox.depth").map(({ tags }) => tags.queue))).toEqual(
      new Set(["gift", "unknown"]),
    );
  });
});

describe("the outbox role", () => {
  test("says so at its start and at its end", async () => {
    await append("gift");
    const role = runRole();
    await expect.poll(() => depth("gift")).toBe(1);
    await append("gift");
    await role.stop(5_000);
    expect(depth("gift")).toBe(2);
  });

  test("lives and stops while Postgres is away, and has no value then", async () => {
    const proxy = await startTcpProxy(database.connection);
    const connection = { ...database.connection, port: proxy.port };
    const db = openDatabase({ ...connection, maxConnections: 1, applicationName: "proxied" });
    onTestFinished(async () => {
      await db.destroy();
      await proxy.close();
    });
    await proxy.cut();
    const role = runRole(db);
    await role.stop(5_000);
    expect(metrics.of("gift.outbox.depth")).toEqual([]);
  });

  test("asks Postgres nothing for gauges while nobody listens", async () => {
    connectMetrics(undefined);
    const statements: string[] = [];
    const db = database.db.withPlugin({
      transformQuery: ({ node }) => {
        statements.push(JSON.stringify(node));
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    const role = runRole(db);
    await expect.poll(() => statements.length).toBeGreaterThan(0);
    await role.stop(5_000);
    expect(statements.join()).toContain("available_at");
    expect(statements.filter((statement) => statement.includes("dead_letters"))).toEqual([]);
    expect(metrics.points).toEqual([]);
  });
});
