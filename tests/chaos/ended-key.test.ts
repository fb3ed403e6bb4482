import { EndedKey } from "@gift/chaos/access/ended-key";
import { attemptsOn } from "@gift/chaos/access/gift-attempt";
import { expect, test } from "vitest";
import { type Defects, guardedApi } from "./guarded-api.ts";

const tenSecondsAgo = () => performance.now() - 10_000;

async function watched(defects: Defects = {}) {
  const api = await guardedApi(defects);
  api.admit("k", "bakery");
  const [show] = attemptsOn(api.gift("bakery"));
  const key = new EndedKey(api.url, "was revoked", { key: "k", prefix: "k" });
  return { api, key, ask: () => key.ask(show) };
}

test("before its end a key passes, after it it is refused, and enough of that is enough", async () => {
  const { api, key, ask } = await watched();
  await ask();
  expect(key.isOver()).toBe(false);
  api.end("k");
  key.mayEndFrom(tenSecondsAgo());
  key.endedAt(tenSecondsAgo());
  for (let asked = 0; asked < 20; asked += 1) {
    expect(key.isOver()).toBe(false);
    await ask();
  }
  expect(key.isOver()).toBe(true);
  expect(key.problems).toEqual([]);
  expect(key.counts).toEqual({ passed: 1, refused: 20, lastPassMilliseconds: 0 });
});

test("a key that still passes six seconds after its end is a problem", async () => {
  const { key, ask } = await watched({ forgetsNothing: true });
  key.mayEndFrom(tenSecondsAgo());
  key.endedAt(performance.now() - 6_000);
  await ask();
  expect(key.problems).toEqual(["asked to show more than 5 s after it was revoked, a key was answered 200"]);
});

test("one that passes two seconds after its end does not, and how late it was is told", async () => {
  const { key, ask } = await watched({ forgetsNothing: true });
  key.mayEndFrom(tenSecondsAgo());
  key.endedAt(performance.now() - 2_000);
  await ask();
  expect(key.problems).toEqual([]);
  expect(key.counts.lastPassMilliseconds).toBeGreaterThanOrEqual(2_000);
  expect(key.isOver()).toBe(false);
});

test("a right key that is refused is a problem, unless its end may be on its way", async () => {
  const { key, ask } = await watched({ isShut: true });
  await ask();
  expect(key.problems).toEqual(["asked to show, a right key was refused"]);
  key.mayEndFrom(performance.now());
  await ask();
  expect(key.problems).toHaveLength(1);
});

test("a right key that is answered anything but its gift is a problem", async () => {
  const { key, ask } = await watched({ status: 404 });
  await ask();
  expect(key.problems).toEqual(["asked to show, a right key was answered 404"]);
});

test("503 says nothing of a key", async () => {
  const { key, ask } = await watched({ status: 503 });
  key.mayEndFrom(tenSecondsAgo());
  key.endedAt(tenSecondsAgo());
  await ask();
  expect([key.counts.refused, key.counts.passed, key.problems]).toEqual([0, 0, []]);
});
