import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createGifts } from "@gift/core/gift/create";
import { sql } from "kysely";
import { type ApiProcess, startApiProcess } from "../api/api-process.ts";
import { issueKey } from "../support/api-key.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** The real API as a process, and what a stranger may come to know of it. */
export interface FiredAt {
  readonly api: ApiProcess;
  readonly database: TestDatabase;
  /** Nobody's but the first volley's to send. */
  readonly giftId: string;
  /** Gifts in CREATED that anybody may send. */
  readonly giftIds: readonly string[];
  readonly letterId: string;
  /** As headers carry them. */
  readonly keys: { readonly client: string; readonly operator: string };
  stop(): Promise<void>;
}

/** More than any fuzz sends: the limit is the matter of other tests. */
const plenty = { rateLimitPerMinute: 2_000_000_000 };

/**
 * A run of the fuzz asks some 110 times for one of them to be sent: half are first sends, half replays and conflicts.
 */
const freshGifts = 60;

/**
 * Starts it on a database of its own.
 * @param authentication what it asks for
 * @param address where it is to look for its database, instead of there
 */
export async function startFiredAt(
  authentication: "none" | "api-key",
  address: { readonly host?: string; readonly port?: number } = {},
): Promise<FiredAt> {
  const database = await createTestDatabase();
  const { db } = database;
  const client = await issueKey(db, plenty);
  const operator = await issueKey(db, { ...plenty, clientId: "desk", scopes: ["operator"] });
  const gift = { amount: 1, message: null, clientId: authentication === "none" ? null : "shop" };
  const [own, ...gifts] = await createGifts(
    db,
    Array.from({ length: 1 + freshGifts }, () => gift),
  );
  const { rows } = await sql<{ id: string }>`
    insert into dead_letters (message_id, queue, body, receive_count, error)
    values ('message-1', 'gift', 'unread', 6, 'UNREADABLE_MESSAGE: no JSON') returning id`.execute(db);
  const api = await startApiProcess({
    connection: { ...database.connection, ...address },
    environment: { AUTH: authentication },
  });
  return {
    ...{ api, database, giftId: own?.id ?? "", giftIds: gifts.map(({ id }) => id), letterId: rows[0]?.id ?? "" },
    keys: { client: client.headers.authorization, operator: operator.headers.authorization },
    async stop() {
      await api.stop();
      await database.drop();
    },
  };
}

/** Whether there is a /proc to ask; elsewhere than on Linux there isn't, and no test may claim to have measured. */
export const isMemoryKnown = existsSync("/proc/self/status");

/**
 * How much memory a process holds, in MiB.
 * @throws Error where that isn't known: a figure of nothing would be below any bound
 */
export async function residentMebibytes(pid: number): Promise<number> {
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status says nothing of its memory`);
  return Math.round(Number(kibibytes) / 1_024);
}

/** How many rows there are of what requests can store. */
export async function storedRows({ db }: Pick<TestDatabase, "db">) {
  const { rows } = await sql<{ gifts: number; sends: number; messages: number; closed: number }>`
    select (select count(*)::int from gifts) as gifts, (select count(*)::int from send_requests) as sends,
      (select count(*)::int from outbox) as messages,
      (select count(*)::int from dead_letters where state <> 'OPEN') as closed`.execute(db);
  return rows[0] ?? { gifts: 0, sends: 0, messages: 0, closed: 0 };
}
