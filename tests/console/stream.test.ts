import { grantRoles } from "@gift/core/migration/roles";
import { startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { until } from "@gift/rehearsal/until";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { giftIn } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { runConsole } from "./console.ts";
import { openStream } from "./event-stream.ts";
import { cellOf, textOf } from "./page-text.ts";

const own = useTestDatabase();
let sqs: SqsServer;

beforeAll(async () => {
  await grantRoles(own.db);
  sqs = await startSqs();
});
afterAll(() => sqs.close());

test("a round comes each second with what has changed, and the charts whole at first", async () => {
  const page = await runConsole(own.connection, sqs);
  const stream = await openStream(page.origin);
  const first = await stream.next();
  expect(first.charts).toHaveLength(300);
  const before = Number.parseInt(cellOf(first.parts.gifts, "SENT"), 10);
  await giftIn(own.db, "SENT");
  const later = await until("the gift", async () => {
    const round = await stream.next();
    return Number.parseInt(cellOf(round.parts.gifts, "SENT"), 10) === before + 1 && round;
  });
  expect(later.charts.length).toBeLessThan(150);
  expect(new Set(Object.keys(later.parts))).toEqual(
    new Set(["announcement", "failures", "flow", "gifts", "dead-letters", "verdict"]),
  );
});

test("the database is asked while somebody watches, and left alone once the last one has gone", async () => {
  const page = await runConsole(own.connection, sqs);
  const viewers = [await openStream(page.origin), await openStream(page.origin)];
  await Promise.all(viewers.map((viewer) => viewer.next()));
  const lastQuery = async () => {
    const { rows } = await sql<{ at: Date | null }>`select max(query_start) as at from pg_stat_activity
      where datname = current_database() and application_name = 'console'`.execute(own.db);
    return rows[0]?.at?.getTime() ?? 0;
  };
  const before = await lastQuery();
  await viewers[0]?.close();
  await until("more rounds for the one who stays", async () => (await lastQuery()) > before);
  await viewers[1]?.close();
  // Quiet is: three seconds without a query, where there was one each second.
  await until("quiet", async () => Date.now() - (await lastQuery()) > 3_000);
});

test("Postgres away: the page says so and shows none of its figures, and recovers by itself", async () => {
  const proxy = await startTcpProxy(own.connection);
  onTestFinished(() => proxy.close());
  const page = await runConsole({ ...own.connection, port: proxy.port }, sqs);
  const stream = await openStream(page.origin);
  expect(textOf((await stream.next()).parts.verdict)).not.toContain("Postgres");
  await proxy.cut();
  const away = await stream.until(({ parts }) => textOf(parts.verdict).includes("Postgres doesn't answer"));
  expect(cellOf(away.parts.gifts, "QUEUED")).toMatch(/^– /);
  expect(cellOf(away.parts.flow, "Accepted")).toMatch(/^– /);
  expect(cellOf(away.parts.flow, "Queue")).toMatch(/^0 waiting/);
  expect(textOf(away.parts.failures)).toContain("Unknown while Postgres is away.");
  expect((await page.get("/")).status).toBe(200);
  const story = await page.get("/dead-letters");
  expect([story.status, textOf(story.text)]).toEqual([503, expect.stringContaining("Postgres doesn't answer")]);
  await proxy.mend();
  const back = await stream.until(({ parts }) => !textOf(parts.verdict).includes("Postgres"));
  expect(cellOf(back.parts.gifts, "QUEUED")).toMatch(/^\d/);
});

test("Postgres hangs: that is said within seconds, too", async () => {
  const proxy = await startTcpProxy(own.connection);
  onTestFinished(() => proxy.close());
  const page = await runConsole({ ...own.connection, port: proxy.port }, sqs);
  const stream = await openStream(page.origin);
  await stream.next();
  proxy.freeze();
  const away = await stream.until(({ parts }) => textOf(parts.verdict).includes("Postgres doesn't answer"));
  expect(textOf(away.parts.verdict)).toContain("no answer within 2 s");
  await proxy.mend();
  await stream.until(({ parts }) => !textOf(parts.verdict).includes("Postgres"));
});

test("SQS away: the page says so, and what is known from Postgres stays", async () => {
  const proxy = await startSqsProxy(sqs.origin);
  const page = await runConsole(own.connection, sqs, { queueUrl: proxy.through(`${sqs.origin}/000000000000/none`) });
  await proxy.close();
  const { text } = await page.get("/");
  expect(textOf(text)).toContain("SQS doesn't answer");
  expect(cellOf(text, "Queue")).toMatch(/^–/);
  expect(cellOf(text, "QUEUED")).toMatch(/^\d/);
});

test("a session that is signed out gets no further round", async () => {
  const key = "k".repeat(40);
  const page = await runConsole(own.connection, sqs, { key });
  const signedIn = await page.post("/sign-in", [
    ["by", "ann"],
    ["key", key],
  ]);
  const headers = { cookie: (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  const stream = await openStream(page.origin, headers);
  await stream.next();
  const token = /name="token" value="([^"]+)"/.exec((await page.get("/", headers)).text)?.[1] ?? "";
  expect((await page.post("/sign-out", [["token", token]], headers)).status).toBe(303);
  await stream.ended();
});
