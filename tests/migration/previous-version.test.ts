import { randomUUID } from "node:crypto";
import { generateKey } from "@gift/core/api-key/credential";
import type { Database } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { newestMigration } from "@gift/core/migration/migrations";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { StartedProcess } from "../support/process.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { startClients } from "./clients.ts";
import { databaseAt } from "./database-at.ts";
import { alarmsOf, expectAllSentOnce } from "./load.ts";
import { checkOut, previousCommit } from "./previous-version.ts";
import { startApi, startWorker } from "./version.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

// Far more than it takes: a busy machine is no failure.
vi.setConfig({ testTimeout: 120_000 });

const commit = previousCommit();
const unless = commit === undefined ? ", skipped here: this clone's history ends before that version" : "";

/** In the words of the version that issued keys first: the schema may be older than today's functions. */
async function issueKey(db: Kysely<Database>): Promise<{ readonly authorization: string }> {
  const { key, verifier } = generateKey();
  await sql`
    insert into api_keys (prefix, hash, client_id, scopes, rate_limit_per_minute, created_by)
    values (${verifier.prefix}, ${Buffer.from(verifier.hash, "hex")}, 'shop', '{client}', 1000000, 'test')`.execute(db);
  return { authorization: `Bearer ${key}` };
}

const sentBy = ({ logs }: StartedProcess) => logs.filter(({ event }) => event === "send.sent").length;
const sendsMore = async (worker: StartedProcess) => {
  const before = sentBy(worker);
  await expect.poll(() => sentBy(worker), { timeout: 30_000 }).toBeGreaterThan(before + 3);
};

test.skipIf(commit === undefined)(
  `a deploy from the version before today's newest migration fails no request and sends every gift once: before, while and after the migrations land, side by side, and alone${unless}`,
  async () => {
    const previous = checkOut(commit ?? "");
    expect(previous.newestMigration < newestMigration).toBe(true);
    const { db, connection } = await databaseAt(previous.newestMigration);
    const { queueUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
    const today = { connection, queueUrl };
    const before = { ...today, entryPoint: previous.entryPoint };
    const [oldApi, oldWorker] = await Promise.all([startApi(before), startWorker(before)]);
    const credentials = await issueKey(db);
    // As a load balancer does: each request goes to the next one that is ready.
    let targets = [oldApi];
    let requests = 0;
    const clients = startClients({
      count: 4,
      call(method, path, init = {}) {
        requests += 1;
        const target = targets[requests % targets.length] ?? oldApi;
        return target.call(method, path, { ...init, headers: { ...init.headers, ...credentials } });
      },
    });
    await clients.rounds(5);
    const api = await startApi(today);
    const ready = async (each: typeof api) => (await each.call("GET", "/readyz")).status;
    expect([await ready(oldApi), await ready(api)]).toEqual([200, 503]);
    expect((await migrate(db)).map(({ migrationName }) => migrationName)).toContain(newestMigration);
    await clients.rounds(5);
    await expect.poll(() => ready(api), { timeout: 10_000 }).toBe(200);
    targets = [oldApi, api];
    const worker = await startWorker(today);
    await Promise.all([clients.rounds(5), sendsMore(oldWorker), sendsMore(worker)]);
    // What is on its way to it is answered before it is told to end: tests/api/drain.test.ts has what happens
    // otherwise.
    targets = [api];
    await clients.rounds(1);
    await Promise.all([oldApi.stop(), oldWorker.stop()]);
    await Promise.all([clients.rounds(5), sendsMore(worker)]);
    const { accepted, statuses } = await clients.stop();
    await expectAllSentOnce(db, accepted);
    await Promise.all([api.stop(), worker.stop()]);
    expect(statuses).toEqual(new Set([200, 201, 202]));
    expect(sentBy(oldWorker) + sentBy(worker)).toBe(accepted);
    expect([oldApi, oldWorker, api, worker].flatMap(alarmsOf)).toEqual([]);
  },
);
