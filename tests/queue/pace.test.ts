import { Pace } from "@gift/queue/pace";
import { expect, test } from "vitest";

/** Polls a steady stream, each call taking 3 ms; answers the messages per poll and the longest pause. */
function pollStream(perSecond: number, polls: number) {
  const pace = new Pace();
  let now = 0;
  let fetched = 0;
  let longestPause = 0;
  for (let poll = 0; poll < polls; poll += 1) {
    const startedAt = now;
    const available = () => Math.floor((now * perSecond) / 1_000) - fetched;
    now += 3;
    while (available() < 1) now += 1;
    const received = Math.min(10, available());
    fetched += received;
    const pause = pace.pauseAfter({ asked: 10, received, startedAt, endedAt: now });
    longestPause = Math.max(longestPause, pause);
    now += pause;
  }
  return { perPoll: fetched / polls, longestPause };
}

test("a trickle is polled without any pause", () => {
  for (const perSecond of [1, 10, 40]) expect(pollStream(perSecond, 200).longestPause).toBe(0);
});

test("from 200 messages a second on a poll fetches more than six, and nobody waits longer than 35 ms", () => {
  for (const perSecond of [200, 400, 1_000, 2_000]) {
    const { perPoll, longestPause } = pollStream(perSecond, 500);
    expect(perPoll).toBeGreaterThan(6);
    expect(longestPause).toBeLessThanOrEqual(35);
  }
});

test("a backlog is polled without pause, and says that more receivers would help", () => {
  const pace = new Pace();
  const pauses = Array.from({ length: 10 }, (_, poll) =>
    pace.pauseAfter({ asked: 10, received: 10, startedAt: poll * 5, endedAt: poll * 5 + 5 }),
  );
  expect(pauses.slice(5)).toEqual([0, 0, 0, 0, 0]);
  expect(pace.isBacklogged).toBe(true);
});

test("a long silence doesn't blind the pace for the load that follows", () => {
  const pace = new Pace();
  pace.pauseAfter({ asked: 10, received: 0, startedAt: 0, endedAt: 20_000 });
  const pauses = Array.from({ length: 10 }, (_, poll) =>
    pace.pauseAfter({
      asked: 10,
      received: 5,
      startedAt: 20_000 + poll * 10,
      endedAt: 20_003 + poll * 10,
    }),
  );
  expect(pauses.at(-1)).toBeGreaterThan(0);
});

/** The longest wait of a message in a burst that begins after a silence: one poll at a time, whatever is there. */
function longestWaitOfBurst(perSecond: number, callMilliseconds: number): number {
  const pace = new Pace();
  for (let poll = 0; poll < 30; poll += 1)
    pace.pauseAfter({ asked: 10, received: 7, startedAt: poll * 4, endedAt: poll * 4 + 3 });
  const begin = 1_000;
  let [now, fetched, longest] = [200, 0, 0];
  while (now < begin + 200) {
    const startedAt = now;
    now = Math.max(now, begin) + callMilliseconds;
    const received = Math.min(10, Math.floor(((now - begin) * perSecond) / 1_000) - fetched);
    if (received > 0) longest = Math.max(longest, now - (begin + (fetched * 1_000) / perSecond));
    fetched += received;
    now += pace.pauseAfter({ asked: 10, received, startedAt, endedAt: now });
  }
  return longest;
}

test("a burst after a silence isn't kept waiting by what the load before it was, nor until it counts as a backlog", () => {
  for (const perSecond of [500, 1_000, 2_000, 4_000])
    for (const callMilliseconds of [1, 2]) expect(longestWaitOfBurst(perSecond, callMilliseconds)).toBeLessThan(25);
});

test("a burst that is there at once is fetched without a pause", () => {
  const pace = new Pace();
  const pauses = [pace.pauseAfter({ asked: 10, received: 1, startedAt: 0, endedAt: 20_000 })];
  for (let poll = 0; poll < 5; poll += 1)
    pauses.push(pace.pauseAfter({ asked: 10, received: 10, startedAt: 20_000 + poll * 2, endedAt: 20_002 + poll * 2 }));
  expect(pauses).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a stream that grows tenfold from one moment to the next waits for no longer than it gathers", () => {
  const pace = new Pace();
  const steady = Array.from({ length: 50 }, (_, poll) => ({ received: 7, startedAt: poll * 35 }));
  const surge = Array.from({ length: 5 }, (_, poll) => ({ received: 10, startedAt: 50 * 35 + poll * 4 }));
  const pauses = [...steady, ...surge].map(({ received, startedAt }) =>
    pace.pauseAfter({ asked: 10, received, startedAt, endedAt: startedAt + 3 }),
  );
  expect(pauses.at(49)).toBeGreaterThan(25);
  expect(Math.max(...pauses.slice(-4))).toBeLessThan(10);
});

test("empty answers that come at once are asked for less and less often, at least every second", () => {
  const pace = new Pace();
  const poll = { asked: 10, received: 0, startedAt: 0, endedAt: 1 };
  const pauses = Array.from({ length: 9 }, () => pace.pauseAfter(poll));
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
});

test("a poll that lasted before it came back empty is repeated without a pause", () => {
  const pace = new Pace();
  const pauses = [1, 2, 3].map(() => pace.pauseAfter({ asked: 10, received: 0, startedAt: 0, endedAt: 150 }));
  expect(pauses).toEqual([0, 0, 0]);
});
