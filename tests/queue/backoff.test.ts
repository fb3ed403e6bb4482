import { backoffSeconds, callBackoffMilliseconds } from "@gift/queue/backoff";
import { expect, test } from "vitest";

const gift = { baseSeconds: 5, factor: 3, capSeconds: 900 };
const draws = Array.from({ length: 1_000 }, (_, index) => index / 1_000);
const range = (receiveCount: number, backoff = gift) => {
  const seconds = draws.map((random) => backoffSeconds(backoff, receiveCount, random));
  return [Math.min(...seconds), Math.max(...seconds)];
};

test("half of the delay is fixed, half is random, and it grows by the factor up to the cap", () => {
  expect([1, 2, 3, 4].map((count) => range(count))).toEqual([
    [3, 5],
    [8, 15],
    [23, 45],
    [68, 135],
  ]);
  expect(range(9)).toEqual([450, 900]);
});

test("delays are whole seconds that SQS accepts, whatever is configured or counted", () => {
  for (const backoff of [
    gift,
    { baseSeconds: 0.3, factor: 2, capSeconds: 0.5 },
    { baseSeconds: 9, factor: 99, capSeconds: 1e9 },
  ])
    for (const receiveCount of [0, 1, 5, 50, 5_000])
      for (const random of [0, 0.5, 0.999_999]) {
        const seconds = backoffSeconds(backoff, receiveCount, random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(43_200);
      }
});

test("every whole second of the range is drawn about as often as any other", () => {
  const drawn = draws.map((random) => backoffSeconds(gift, 1, random));
  for (const second of [3, 4, 5]) expect(drawn.filter((each) => each === second).length).toBeGreaterThan(300);
});

test("failed calls are repeated after 0.1 to 0.2 s at first, after 5 to 10 s in the end", () => {
  expect([0, 1].map((random) => callBackoffMilliseconds(1, random))).toEqual([100, 200]);
  expect([0, 1].map((random) => callBackoffMilliseconds(60, random))).toEqual([5_000, 10_000]);
});
