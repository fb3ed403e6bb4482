import type { DatabaseFigures } from "@gift/console/live/database-figures";
import { History } from "@gift/console/live/history";
import { percentile, quantiles } from "@gift/console/live/percentile";
import { formatAge, formatCount, formatMilliseconds, formatRate } from "@gift/console/view/figure";
import { describe, expect, test } from "vitest";

const now = 1_800_000_000;

function figures(values: Partial<DatabaseFigures>): DatabaseFigures {
  return {
    windowSeconds: 5,
    gifts: [],
    longestQueuedSeconds: null,
    outbox: [],
    accepted: [],
    sent: [],
    lastMinute: { begun: 0, sent: 0, retried: 0, failed: 0 },
    failures: [],
    openDeadLetters: [],
    failedGifts: [],
    ...values,
  };
}
const queues = { gift: { waiting: 7, inFlight: 3 }, deadLetters: { waiting: 0, inFlight: 0 } };

describe("the last five minutes", () => {
  test("a second that was read without rows had none; one that was never read is unknown", () => {
    const history = new History();
    history.record(now, figures({ accepted: [{ second: now - 2, count: 4 }] }), queues);
    const points = history.points(now - 7, now);
    expect(points.map(({ accepted }) => accepted)).toEqual([null, null, null, 0, 0, 4, 0]);
    expect(points.map(({ waiting }) => waiting)).toEqual([null, null, null, null, null, null, null]);
  });

  test("the second that is going on isn't shown before it is over", () => {
    const history = new History();
    history.record(now, figures({ accepted: [{ second: now, count: 1 }] }), queues);
    expect(history.points(now - 1, now).map(({ second }) => second)).toEqual([now - 1]);
    history.record(now + 1, figures({ accepted: [{ second: now, count: 9 }] }), queues);
    expect(history.points(now, now + 1)).toEqual([
      expect.objectContaining({ second: now, accepted: 9, waiting: 7, inFlight: 3, outbox: 0 }),
    ]);
  });

  test("a gap is filled by the round that reads far enough back", () => {
    const history = new History();
    history.record(now, undefined, queues);
    history.record(
      now + 20,
      figures({ windowSeconds: 25, sent: [{ second: now + 3, latenciesMilliseconds: [5, 6] }] }),
      queues,
    );
    expect(history.points(now + 3, now + 4)).toEqual([
      expect.objectContaining({ sent: 2, accepted: 0, waiting: null, p50Milliseconds: 5, p95Milliseconds: 6 }),
    ]);
  });

  test("older seconds are forgotten", () => {
    const history = new History();
    history.record(now, figures({}), queues);
    history.record(now + 301, figures({}), queues);
    expect(history.points(0, now + 301).at(0)).toMatchObject({ second: now + 1, accepted: null });
    expect(history.points(0, now + 301)).toHaveLength(300);
  });
});

test("speed is the average of the last five whole seconds, and the percentiles of the last minute", () => {
  const history = new History();
  const accepted = [1, 2, 3, 4, 5].map((back) => ({ second: now - back, count: 10 }));
  const sent = [{ second: now - 30, latenciesMilliseconds: [10, 20, 30, 400] }];
  history.record(now, figures({ windowSeconds: 90, accepted, sent }), queues);
  expect(history.speed(now)).toEqual({
    acceptedPerSecond: 10,
    sentPerSecond: 0,
    p50Milliseconds: 20,
    p95Milliseconds: 400,
  });
  expect(new History().speed(now)).toEqual({
    acceptedPerSecond: null,
    sentPerSecond: null,
    p50Milliseconds: null,
    p95Milliseconds: null,
  });
});

test("a percentile is the smallest value that the share doesn't exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0.5, 0.95, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 100]);
  expect(quantiles([9, 100, 1])).toEqual({ p50: 9, p95: 100 });
  expect(quantiles([])).toEqual({ p50: null, p95: null });
});

test.each([
  [formatCount(1_234_567), "1,234,567"],
  [formatRate(0), "0.0"],
  [formatRate(59.96), "60.0"],
  [formatRate(1_234.5), "1,235"],
  [formatMilliseconds(43.7), "44 ms"],
  [formatMilliseconds(999.6), "1.0 s"],
  [formatMilliseconds(8_406), "8.4 s"],
  [formatMilliseconds(150_000), "2 min 30 s"],
  [formatAge(59.9), "59 s"],
  [formatAge(7_265), "2 h 1 min"],
  [formatAge(200_000), "2 d 7 h"],
  [formatAge(-1), "0 s"],
])("figures are short and of one form: %s", (shown, expected) => {
  expect(shown).toBe(expected);
});
