import type { DatabaseFigures } from "@gift/console/live/database-figures";
import type { Round } from "@gift/console/live/round";
import { Source } from "@gift/console/live/source";
import { Watch } from "@gift/console/live/watch";
import { until } from "@gift/rehearsal/until";
import { describe, expect, test } from "vitest";

const figures: DatabaseFigures = {
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
};
const queues = { gift: { waiting: 0, inFlight: 0 }, deadLetters: { waiting: 0, inFlight: 0 } };

/** A watch whose questions are counted and whose database answers as the test wants. */
function countedWatch(answer: () => Promise<DatabaseFigures> = async () => figures) {
  const windows: number[] = [];
  const watch = new Watch({
    readDatabase: (windowSeconds) => {
      windows.push(windowSeconds);
      return answer();
    },
    readQueues: async () => queues,
  });
  return { watch, windows };
}

describe("one round a second, shared", () => {
  test("several who watch cost one round, and the sources rest once nobody does", async () => {
    const { watch, windows } = countedWatch();
    const rounds: Round[][] = [[], [], []];
    const ends = rounds.map((list) => watch.subscribe((round) => list.push(round)));
    await until("two rounds", () => rounds.every((list) => list.length >= 2));
    expect(rounds[0]?.[0]).toBe(rounds[2]?.[0]);
    expect(windows.length).toBeLessThanOrEqual((rounds[0]?.length ?? 0) + 1);
    for (const end of ends) end();
    expect(watch.watchers).toBe(0);
    const asked = windows.length;
    // The next round would have come within a second; a new viewer's is the first again.
    const restarted = Promise.withResolvers<Round>();
    await until("a quiet second", () => performance.now() > startOf(rounds) + 2_500);
    expect(windows.length).toBe(asked);
    const end = watch.subscribe(restarted.resolve);
    await restarted.promise;
    end();
    expect(windows.length).toBe(asked + 1);
  });

  test("pages that are opened at the same moment share a question", async () => {
    const { watch, windows } = countedWatch();
    const [one, other] = await Promise.all([watch.current(), watch.current()]);
    expect(one).toBe(other);
    expect(await watch.current()).toBe(one);
    expect(windows).toEqual([300]);
  });

  test("the first round reads five minutes back, the next ones seconds", async () => {
    const { watch, windows } = countedWatch();
    const end = watch.subscribe(() => undefined);
    await until("two rounds", () => windows.length >= 2);
    end();
    expect(windows[0]).toBe(300);
    expect(windows[1]).toBeLessThan(60);
  });
});

function startOf(rounds: readonly (readonly Round[])[]): number {
  const last = rounds[0]?.at(-1)?.at.getTime() ?? 0;
  return performance.now() - (Date.now() - last);
}

describe("a source that is away", () => {
  test("is said to be, since when, with nothing of what it said before; and is believed again at once", async () => {
    let isAway: boolean = false;
    const source = new Source(async () => {
      if (isAway) throw new Error("connect ECONNREFUSED");
      return "value";
    }, 1_000);
    expect(await source.read()).toEqual({ kind: "fresh", value: "value" });
    isAway = true;
    const first = await source.read();
    const second = await source.read();
    expect(first).toEqual({ kind: "away", since: expect.any(Date), reason: "connect ECONNREFUSED" });
    expect(second).toEqual(first);
    isAway = false;
    expect(await source.read()).toEqual({ kind: "fresh", value: "value" });
  });

  test("that hangs is given up for this round and not asked twice at once; a late failure is nobody's", async () => {
    let asked = 0;
    const hanging = Promise.withResolvers<string>();
    const source = new Source(() => {
      asked += 1;
      return hanging.promise;
    }, 20);
    expect(await source.read()).toMatchObject({ kind: "away", reason: "no answer within 0.02 s" });
    expect(await source.read()).toMatchObject({ kind: "away" });
    expect(asked).toBe(1);
    hanging.reject(new Error("cut off"));
    expect(await source.read()).toMatchObject({ kind: "away" });
    await source.read();
    expect(asked).toBeGreaterThan(1);
  });

  test("leaves the charts a gap, which the first round after it fills", async () => {
    let isAway: boolean = true;
    const { watch, windows } = countedWatch(async () => {
      if (isAway) throw new Error("away");
      return figures;
    });
    expect(await watch.current()).toMatchObject({ database: { kind: "away" }, speed: undefined });
    isAway = false;
    const fresh = Promise.withResolvers<Round>();
    const end = watch.subscribe((round) => round.database.kind === "fresh" && fresh.resolve(round));
    await fresh.promise;
    end();
    expect(windows.at(-1)).toBe(300);
  });
});
