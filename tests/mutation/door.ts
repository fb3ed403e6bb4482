import { crc32 } from "node:zlib";
import { toBase62 } from "@gift/core/api-key/base62";
import { generateKey } from "@gift/core/api-key/credential";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { startTcpProxy, type TcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { expect, vi } from "vitest";
import { type ApiProcess, startApiProcess } from "../api/api-process.ts";
import { issueKey } from "../support/api-key.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import type { Edit } from "./edit.ts";

interface Door {
  readonly api: ApiProcess;
  /** The same where clients need no key; stopped with the door. */
  readonly unlocked: ApiProcess;
  readonly db: TestDatabase["db"];
  readonly proxy: TcpProxy;
}

type Headers = Readonly<Record<string, string>>;

const id = "00000000-0000-7000-8000-000000000000";
const json = { "content-type": "application/json" };
const create = (api: ApiProcess, headers: Headers) =>
  api.call("POST", "/gifts", { headers: { ...json, ...headers }, body: '{"amount":1}' });
const statusOf = async (api: ApiProcess, path: string, headers: Headers) =>
  (await api.call("GET", path, { headers })).status;
const gifts = async (db: Door["db"]) => (await db.selectFrom("gifts").select("id").execute()).length;

/** What must hold at the door of the real process; each answers whether it does. */
const checks = {
  async "without a valid key nothing is done"({ api, db }: Door): Promise<boolean> {
    const wrong = { authorization: `Bearer ${generateKey().key}` };
    const statuses = [(await create(api, wrong)).status, (await create(api, {})).status];
    return statuses.every((status) => status === 401) && (await gifts(db)) === 0;
  },
  async "while Postgres is away nobody passes"({ api, proxy }: Door): Promise<boolean> {
    await proxy.cut();
    const status = await statusOf(api, "/openapi.json", { authorization: `Bearer ${generateKey().key}` });
    await proxy.mend();
    return status === 503;
  },
  async "only the whole key is one"({ api, db }: Door): Promise<boolean> {
    const { prefix, headers } = await issueKey(db);
    const forged = await statusOf(api, `/gifts/${id}`, { authorization: `Bearer ${keyWith(prefix)}` });
    return forged === 401 && (await statusOf(api, `/gifts/${id}`, headers)) === 404;
  },
  async "a revoked key is refused within seconds"({ api, db }: Door): Promise<boolean> {
    const { prefix, headers } = await issueKey(db);
    if ((await statusOf(api, `/gifts/${id}`, headers)) !== 404) return false;
    await revokeApiKey(db, { prefix, operator: "olga" });
    const isRefused = async () => {
      if ((await statusOf(api, `/gifts/${id}`, headers)) !== 401) throw new Error("it is let in");
      return true;
    };
    return await vi.waitFor(isRefused, { timeout: 7_000, interval: 100 }).catch(() => false);
  },
  async "an expired key is refused"({ api, db }: Door): Promise<boolean> {
    const { headers } = await issueKey(db, { expiresAt: new Date(0) });
    return (await statusOf(api, `/gifts/${id}`, headers)) === 401;
  },
  async "another client's gift is not found"({ api, db }: Door): Promise<boolean> {
    const [shop, bank] = [await issueKey(db, { clientId: "shop" }), await issueKey(db, { clientId: "bank" })];
    const [unsent, sent] = [await create(api, shop.headers), await create(api, shop.headers)];
    const send = async (headers: Headers, giftId: string, key: string) =>
      (await api.call("POST", `/gifts/${giftId}/send`, { headers: { ...headers, "idempotency-key": key } })).status;
    const own = await send(shop.headers, sent.json.gift_id, "key-1");
    const foreign = [
      await statusOf(api, `/gifts/${unsent.json.gift_id}`, bank.headers),
      await send(bank.headers, unsent.json.gift_id, "key-1"),
      await send(bank.headers, sent.json.gift_id, "key-1"),
      await send(bank.headers, sent.json.gift_id, "key-2"),
    ];
    return own === 202 && foreign.every((status) => status === 404);
  },
  async "a client's key is none for operators"({ api, db }: Door): Promise<boolean> {
    const { headers } = await issueKey(db, { scopes: ["client"] });
    return (await statusOf(api, "/operator/dead-letters", headers)) === 401;
  },
  async "without a key nobody is an operator, whatever is asked of clients"({ unlocked, db }: Door): Promise<boolean> {
    const { headers } = await issueKey(db, { scopes: ["operator"] });
    const [nobody, somebody] = [{}, { ...headers }];
    const path = "/operator/dead-letters";
    return (await statusOf(unlocked, path, nobody)) === 401 && (await statusOf(unlocked, path, somebody)) === 200;
  },
  async "a task that is busy stays in service"({ unlocked, db }: Door): Promise<boolean> {
    const giftId = await unlocked.gift();
    const trx = await db.startTransaction().execute();
    await sql`lock table gifts in access exclusive mode`.execute(trx);
    const reads = Array.from({ length: 12 }, () => unlocked.call("GET", `/gifts/${giftId}`));
    await vi.waitFor(async () => expect(await waitingForLocks(db)).toBe(10), 5_000);
    const status = await statusOf(unlocked, "/readyz", {});
    await trx.rollback().execute();
    await Promise.all(reads);
    return status === 200;
  },
  async "a key above its limit is refused"({ api, db }: Door): Promise<boolean> {
    const { headers } = await issueKey(db, { rateLimitPerMinute: 1 });
    const statuses = [await statusOf(api, `/gifts/${id}`, headers), await statusOf(api, `/gifts/${id}`, headers)];
    return statuses[0] === 404 && statuses[1] === 429;
  },
};

export type CheckName = keyof typeof checks;

export const checkNames = Object.keys(checks).filter((name): name is CheckName => name in checks);

/**
 * Starts the real API with mistakes in its sources, and looks whether checks hold.
 * @param edits the mistakes; none for the API as it is
 * @returns the names of those that don't hold
 */
export async function broken(edits: readonly Edit[], names: readonly CheckName[]): Promise<CheckName[]> {
  const database = await createTestDatabase();
  const proxy = await startTcpProxy(database.connection);
  const start = (authentication: string) =>
    startApiProcess({
      connection: { ...database.connection, port: proxy.port },
      environment: {
        AUTH: authentication,
        NODE_OPTIONS: `--import=${new URL("mutate.ts", import.meta.url).href}`,
        MUTATION: JSON.stringify(edits),
      },
    });
  const [api, unlocked] = await Promise.all([start("api-key"), start("none")]);
  const door = { api, unlocked, db: database.db, proxy };
  const failed: CheckName[] = [];
  for (const name of names) if (!(await checks[name](door))) failed.push(name);
  await Promise.all([api.stop(), unlocked.stop()]);
  await proxy.close();
  await database.drop();
  return failed;
}

async function waitingForLocks(db: Door["db"]): Promise<number> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows.length;
}

/** A key that nobody issued, right by its form, with the prefix of one that was. */
function keyWith(prefix: string): string {
  const unchecked = `gift_${prefix}_${generateKey().key.slice(14, 57)}`;
  return unchecked + toBase62(BigInt(crc32(unchecked)), 6);
}
