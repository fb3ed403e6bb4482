import { createRateLimiter, defaultRateLimitPerMinute } from "@gift/api/access/rate-limit";
import { expect, test } from "vitest";

function limiterAt() {
  const clock = { now: 0 };
  return { clock, limiter: createRateLimiter(() => clock.now) };
}

const key = (rateLimitPerMinute: number | null, id = "1") => ({ id, rateLimitPerMinute });

test("a minute's requests are allowed at once, and the next one when its share of a minute is over", () => {
  const { clock, limiter } = limiterAt();
  const taken = Array.from({ length: 61 }, () => limiter.take(key(60)));
  expect(taken.map(({ isAllowed }) => isAllowed)).toEqual([...Array(60).fill(true), false]);
  expect(taken[0]).toEqual({
    isAllowed: true,
    limitPerMinute: 60,
    remaining: 59,
    resetSeconds: 1,
    retryAfterSeconds: 0,
  });
  expect(taken[60]).toEqual({
    isAllowed: false,
    limitPerMinute: 60,
    remaining: 0,
    resetSeconds: 60,
    retryAfterSeconds: 1,
  });
  clock.now = 999;
  expect(limiter.take(key(60)).isAllowed).toBe(false);
  clock.now = 1_000;
  expect(limiter.take(key(60)).isAllowed).toBe(true);
});

test("in any minute after the first burst no more than the limit passes, however hard the client tries", () => {
  const { clock, limiter } = limiterAt();
  while (limiter.take(key(30)).isAllowed);
  let passed = 0;
  for (clock.now = 1; clock.now <= 60_000; clock.now += 10) if (limiter.take(key(30)).isAllowed) passed += 1;
  expect(passed).toBeLessThanOrEqual(30);
  expect(passed).toBeGreaterThanOrEqual(29);
});

test("whoever waits as long as Retry-After says is let in", () => {
  for (const limit of [1, 7, 59, 61, 1_000]) {
    const { clock, limiter } = limiterAt();
    while (limiter.take(key(limit)).isAllowed);
    for (let round = 0; round < 5; round += 1) {
      clock.now += limiter.take(key(limit)).retryAfterSeconds * 1_000;
      while (limiter.take(key(limit)).retryAfterSeconds === 0);
      expect(limiter.take(key(limit)).retryAfterSeconds).toBeGreaterThanOrEqual(1);
    }
  }
});

test("an idle key has its whole limit again, and not more", () => {
  const { clock, limiter } = limiterAt();
  limiter.take(key(10));
  clock.now = 3_600_000;
  expect(limiter.take(key(10)).remaining).toBe(9);
});

test("keys don't share a limit, and one without its own has the default", () => {
  const { limiter } = limiterAt();
  while (limiter.take(key(1, "busy")).isAllowed);
  expect(limiter.take(key(1, "other")).isAllowed).toBe(true);
  expect(limiter.take(key(null, "third"))).toMatchObject({
    limitPerMinute: defaultRateLimitPerMinute,
    remaining: defaultRateLimitPerMinute - 1,
  });
});

test("any number of keys takes a bounded memory: who was idle for longest starts anew", () => {
  const { limiter } = limiterAt();
  limiter.take(key(1, "idle"));
  limiter.take(key(1, "busy"));
  for (let index = 0; index < 9_999; index += 1) {
    limiter.take(key(1, `key ${index}`));
    limiter.take(key(1, "busy"));
  }
  expect(limiter.take(key(1, "busy")).isAllowed).toBe(false);
  expect(limiter.take(key(1, "idle")).isAllowed).toBe(true);
});
