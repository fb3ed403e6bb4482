import { createApp } from "@gift/api/app";
import { uploadsPerRequest } from "@gift/api/http/overload";
import { listen } from "@gift/api/http/server";
import { createReadiness } from "@gift/api/readiness";
import { openDatabase } from "@gift/core/database/database";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";
import { type Answer, answerOf, errorOf } from "./api.ts";
import { openConnection } from "./http.ts";

const database = useTestDatabase();
const lines: { event: string; fields: object | undefined }[] = [];
const maxRequestsAtWork = 20;
let server: Awaited<ReturnType<typeof listen>>;
let db: ReturnType<typeof openDatabase>;
let probed: ReturnType<typeof openDatabase>;

beforeAll(() => {
  // A connection each: one that waited for it would be given up after 3 s, and a machine may be slower than that.
  db = openDatabase({ ...database.connection, maxConnections: maxRequestsAtWork, applicationName: "overload" });
  probed = openDatabase({ ...database.connection, maxConnections: 1, applicationName: "readiness" });
});
// One per test: what a test leaves behind, a client that is gone and not yet noticed, counts in the next one's bounds.
beforeEach(async () => {
  server = await serve("none");
});
afterEach(async () => {
  await server.close(1_000);
  lines.length = 0;
});
afterAll(() => Promise.all([db.destroy(), probed.destroy()]));

function serve(authentication: "none" | "api-key") {
  const log = (event: string, fields?: object) => void lines.push({ event, fields });
  const app = createApp({
    ...{ db, dispatcher: { add: () => undefined }, log, authentication, areTestValuesAllowed: false },
    whyNotReady: createReadiness({ db: probed, isDraining: () => false }),
  });
  return listen(app, { host: "127.0.0.1", port: 0, log, maxRequestsAtWork });
}

const call = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> =>
  answerOf(await fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, method }));
const create = () => call("POST", "/gifts", { headers: { "content-type": "application/json" }, body: '{"amount":1}' });

/** Postgres answers nothing that has to do with the table until the returned function is called. */
async function stall(table: "gifts" | "api_keys"): Promise<() => Promise<void>> {
  const trx = await database.db.startTransaction().execute();
  await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(trx);
  return async () => {
    await trx.rollback().execute();
  };
}

const waiting = async () => {
  const { rows } = await sql`
    select from pg_stat_activity where application_name = 'overload' and wait_event_type = 'Lock'`.execute(database.db);
  return rows.length;
};

describe("while Postgres is slow", () => {
  test("requests above the bound are refused at once with a 503 that says when to come back; the others are answered", async () => {
    const { json } = await create();
    const goOn = await stall("gifts");
    const read = () => call("GET", `/gifts/${json.gift_id}`);
    const taken = Array.from({ length: maxRequestsAtWork }, read);
    await vi.waitFor(async () => expect(await waiting()).toBe(maxRequestsAtWork), 5_000);
    const startedAt = performance.now();
    const refused = await Promise.all(Array.from({ length: 100 }, read));
    // Each of them would have waited for the stall's end otherwise.
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    for (const answer of refused) {
      expect(errorOf(answer)).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    }
    expect(lines.filter(({ event }) => event === "http.overloaded")).toEqual([
      { event: "http.overloaded", fields: { refused: 1, most_at_work: maxRequestsAtWork } },
    ]);
    await goOn();
    expect(new Set((await Promise.all(taken)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await read()).status).toBe(200);
  });

  test("health checks are answered: a task that is busy is alive, and stays in service", async () => {
    const { json } = await create();
    const goOn = await stall("gifts");
    const taken = Array.from({ length: maxRequestsAtWork }, () => call("GET", `/gifts/${json.gift_id}`));
    await vi.waitFor(async () => expect(await waiting()).toBe(maxRequestsAtWork), 5_000);
    expect((await create()).status).toBe(503);
    expect((await call("GET", "/healthz")).status).toBe(200);
    expect((await call("GET", "/readyz")).status).toBe(200);
    expect(await waiting()).toBe(maxRequestsAtWork);
    await goOn();
    await Promise.all(taken);
  });

  test("clients that give up and come again pile nothing up: a place is held until nothing works for it any more", async () => {
    const goOn = await stall("gifts");
    let refused = 0;
    for (let round = 0; round < 5; round += 1) {
      const leaving = new AbortController();
      const body = { headers: { "content-type": "application/json" }, body: '{"amount":1}', signal: leaving.signal };
      const asked = Array.from({ length: maxRequestsAtWork }, () => call("POST", "/gifts", body));
      for (const each of asked)
        void each.then(
          ({ status }) => (refused += Number(status === 503)),
          () => undefined,
        );
      if (round === 0) await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(0), 5_000);
      else await vi.waitFor(() => expect(refused).toBe(maxRequestsAtWork * round), 5_000);
      leaving.abort();
      await Promise.allSettled(asked);
    }
    await goOn();
    await vi.waitFor(async () => expect((await create()).status).toBe(201), 10_000);
  });

  test("clients that give up before their keys are known leave no place taken behind them", async () => {
    await server.close(0);
    server = await serve("api-key");
    const { headers } = await issueKey(database.db);
    const goOn = await stall("api_keys");
    const ask = (signal: AbortSignal | null) =>
      call("POST", "/gifts", {
        ...{ headers: { ...headers, "content-type": "application/json" }, body: '{"amount":1}', signal },
      });
    const leaving = new AbortController();
    const asked = Array.from({ length: maxRequestsAtWork * uploadsPerRequest + 1 }, () => ask(leaving.signal));
    // One too many: the others hold every place that there is.
    expect((await Promise.race(asked)).status).toBe(503);
    leaving.abort();
    await Promise.allSettled(asked);
    // What is answered now was asked after the server was told that they have left.
    for (let round = 0; round < 5; round += 1) await call("GET", "/healthz");
    await goOn();
    await vi.waitFor(async () => expect((await ask(null)).status).toBe(201), 5_000);
  });
});

describe("slow senders", () => {
  test("of a body that nothing reads hold the place of a request, not of an upload", async () => {
    const { json } = await create();
    const goOn = await stall("gifts");
    const head = `GET /gifts/${json.gift_id} HTTP/1.1\r\nhost: api\r\ncontent-length: 1\r\n\r\n`;
    const senders = await Promise.all(Array.from({ length: maxRequestsAtWork }, () => openConnection(server.port)));
    for (const sender of senders) sender.write(head);
    await vi.waitFor(async () => expect(await waiting()).toBe(maxRequestsAtWork), 5_000);
    expect((await call("GET", `/gifts/${json.gift_id}`)).status).toBe(503);
    await goOn();
    await Promise.all(senders.map((sender) => sender.until('"created_at"')));
    for (const { socket } of senders) socket.destroy();
  });

  test("don't take the places of others; above their bound only bodies are refused", async () => {
    const head = "POST /gifts HTTP/1.1\r\nhost: api\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n";
    const bound = maxRequestsAtWork * 4;
    const begin = async (count: number) => {
      const senders = await Promise.all(Array.from({ length: count }, () => openConnection(server.port)));
      for (const sender of senders) sender.write(`${head}{"amount"`);
      return senders;
    };
    const senders = await begin(bound - 1);
    const { json } = await create();
    expect(json.status).toBe("CREATED");
    // One of three fits in; whichever it is, the two others are told so while it goes on.
    const three = await begin(3);
    const refused: typeof three = [];
    for (const sender of three)
      void sender.until("HTTP/1.1 503").then(
        () => refused.push(sender),
        () => undefined,
      );
    await vi.waitFor(() => expect(refused).toHaveLength(2), 5_000);
    expect((await create()).status).toBe(503);
    expect((await call("GET", `/gifts/${json.gift_id}`)).status).toBe(200);
    const key = { headers: { "idempotency-key": "key-1" } };
    expect((await call("POST", `/gifts/${json.gift_id}/send`, key)).status).toBe(202);
    const taken = [...senders, ...three.filter((sender) => !refused.includes(sender))];
    for (const sender of taken) sender.write(":1}");
    await Promise.all(taken.map((sender) => sender.until('"created_at"')));
    expect(taken).toHaveLength(bound);
    expect((await create()).status).toBe(201);
    for (const { socket } of [...senders, ...three]) socket.destroy();
  });
});
