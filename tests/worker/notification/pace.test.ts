import { createNotificationPace } from "@gift/worker/notification/pace";
import { expect, test } from "vitest";

const known = { letters: () => 1, hasNewError: () => false };
const fresh = { letters: () => 1, hasNewError: () => true };
const none = { letters: () => 0, hasNewError: () => false };

function paceAt() {
  const clock = { now: 0 };
  return { clock, pace: createNotificationPace({}, () => clock.now) };
}

test("the first message leaves a second after its first letter, however many follow", () => {
  const { clock, pace } = paceAt();
  expect(pace.pauseBefore(none)).toBe(Number.POSITIVE_INFINITY);
  pace.waits();
  expect(pace.pauseBefore(known)).toBe(1_000);
  clock.now = 900;
  pace.waits();
  expect(pace.pauseBefore(known)).toBe(100);
  clock.now = 5_000;
  expect(pace.pauseBefore(known)).toBe(0);
});

test("the next one leaves after a minute when an error is new, after five when none is", () => {
  const { clock, pace } = paceAt();
  pace.waits();
  clock.now = 1_000;
  pace.delivered();
  pace.waits();
  expect(pace.pauseBefore(fresh)).toBe(60_000);
  expect(pace.pauseBefore(known)).toBe(300_000);
  expect(pace.pauseBefore(none)).toBe(Number.POSITIVE_INFINITY);
});

test("after a quiet hour it is the first one again", () => {
  const { clock, pace } = paceAt();
  pace.delivered();
  clock.now = 3_600_000;
  pace.waits();
  expect(pace.pauseBefore(known)).toBe(1_000);
});

test("failures space the attempts out, up to a quarter of an hour, and a success ends that", () => {
  const { clock, pace } = paceAt();
  pace.waits();
  const pauses = Array.from({ length: 9 }, () => {
    pace.failed();
    const pause = pace.pauseBefore(fresh);
    clock.now += pause;
    return pause / 1_000;
  });
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 900, 900]);
  pace.delivered();
  pace.waits();
  clock.now += 60_000;
  pace.failed();
  expect(pace.pauseBefore(fresh)).toBe(10_000);
});

test.each([
  [30_000, 30_000],
  [0, 0],
  [-5_000, 0],
  [10 ** 12, 3_600_000],
])("asked to wait %d ms it waits %d", (asked, waited) => {
  const { clock, pace } = paceAt();
  pace.waits();
  clock.now = 1_000;
  pace.failed(asked);
  expect(pace.pauseBefore(fresh)).toBe(waited);
  expect(pace.isAskedToWait()).toBe(waited > 0);
  clock.now += waited;
  expect([pace.pauseBefore(fresh), pace.isAskedToWait()]).toEqual([0, false]);
});
