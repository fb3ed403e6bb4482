import { setTimeout as pause } from "node:timers/promises";
import { keyMemorySeconds } from "@gift/api/access/key-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linkTo, runOps } from "../ops/run-ops.ts";
import { useTestDatabase } from "../support/database.ts";
import { type ApiProcess, startApiProcess } from "./api-process.ts";

const database = useTestDatabase();
const ops = (...words: string[]) => runOps(["keys", ...words, "--json"], linkTo(database.connection));
const unknown = "/gifts/00000000-0000-7000-8000-000000000000";
let tasks: ApiProcess[] = [];

beforeAll(async () => {
  const start = () => startApiProcess({ connection: database.connection, environment: { AUTH: "api-key" } });
  tasks = await Promise.all([start(), start()]);
});
afterAll(() => Promise.all(tasks.map((task) => task.stop())));

async function created(...words: string[]): Promise<{ key: string; api_key: { prefix: string } }> {
  const finished = await ops("create", "--client", "shop", ...words);
  expect(finished.code).toBe(0);
  return finished.json() as { key: string; api_key: { prefix: string } };
}

/** What each task answers to a key: 404, because the gift doesn't exist, or 401. */
const statuses = (key: string) =>
  Promise.all(
    tasks.map(async (task) => {
      const { status } = await task.call("GET", unknown, { headers: { authorization: `Bearer ${key}` } });
      return status;
    }),
  );

/** Asks all tasks again and again, as busy clients do, until none lets the key in; answers after how long. */
async function secondsUntilRefused(key: string): Promise<number> {
  const startedAt = performance.now();
  while ((await statuses(key)).some((status) => status !== 401)) {
    if (performance.now() - startedAt > 20_000) throw new Error("the key is still let in");
    await pause(50);
  }
  return (performance.now() - startedAt) / 1_000;
}

describe("two tasks and the operator's command", () => {
  test("a key that was just created is let in by both", async () => {
    const { key } = await created();
    expect(await statuses(key)).toEqual([404, 404]);
  });

  test("a key that is revoked while it is in use is refused by both within seconds, and for good", async () => {
    const { key, api_key } = await created();
    expect(await statuses(key)).toEqual([404, 404]);
    expect((await ops("revoke", api_key.prefix, "--yes")).code).toBe(0);
    expect(await secondsUntilRefused(key)).toBeLessThan(keyMemorySeconds + 1);
    expect(await statuses(key)).toEqual([401, 401]);
  });

  test("a rotation: no request fails while a client changes over, and the old key ends on both", async () => {
    const old = await created();
    const rotated = await ops("rotate", old.api_key.prefix, "--overlap", "6s");
    expect(rotated.code).toBe(0);
    const { key } = rotated.json() as { key: string };
    expect([await statuses(old.key), await statuses(key)]).toEqual([
      [404, 404],
      [404, 404],
    ]);
    expect(await secondsUntilRefused(old.key)).toBeLessThan(6 + keyMemorySeconds + 1);
    expect(await statuses(key)).toEqual([404, 404]);
  });
});
