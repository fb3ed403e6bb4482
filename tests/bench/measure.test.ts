import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { alternate, ratioOver, type Side, spreadOver, withoutDisturbed } from "./measure/alternate.ts";
import { familyMeter, machineMeter, processMeter, residentMegabytes } from "./measure/processor.ts";
import { type Sample, sampled } from "./measure/sample.ts";
import { percentileOf, spreadOf } from "./measure/spread.ts";

const sample = (perSecond: number, foreignCores = 0): Sample => ({
  ...{ operations: 1, perSecond, foreignCores, processor: {}, figures: {} },
});

function sideOf(name: string, rates: readonly number[], order: string[] = []): Side {
  let loads = 0;
  return {
    name,
    load() {
      order.push(name);
      loads += 1;
      return Promise.resolve(sample(rates[loads - 1] ?? 0));
    },
  };
}

const options = { rounds: 3, seconds: 1, warmUpSeconds: 1, say: () => undefined };

/** Until so much of this process's time has been used: /proc counts in hundredths of a second. */
function burn(milliseconds: number): void {
  const { user, system } = process.cpuUsage();
  for (;;) {
    const used = process.cpuUsage();
    if (used.user + used.system - user - system > milliseconds * 1_000) return;
  }
}

describe("spreads", () => {
  test("the median of an even count lies between the two in the middle", () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1, high: 4, count: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7, count: 1 });
  });

  test("nothing measured is no number", () => {
    expect(spreadOf([])).toEqual({ median: Number.NaN, low: Number.NaN, high: Number.NaN, count: 0 });
  });

  test("a percentile is a value that was measured", () => {
    const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0, 0.5, 0.99, 1].map((share) => percentileOf(sorted, share))).toEqual([1, 50, 99, 100]);
  });
});

describe("alternation", () => {
  test("sides take turns in alternating order, after a warm-up each", async () => {
    const order: string[] = [];
    await alternate([sideOf("a", [1, 1, 1, 1], order), sideOf("b", [1, 1, 1, 1], order)], options);
    expect(order.join("")).toBe("ab" + "ab" + "ba" + "ab");
  });

  test("the warm-up doesn't count", async () => {
    const rounds = await alternate([sideOf("a", [1_000, 1, 2, 3])], options);
    expect(spreadOver(rounds, "a", ({ perSecond }) => perSecond)).toEqual({ median: 2, low: 1, high: 3, count: 3 });
  });

  test("without a warm-up, every load counts", async () => {
    const rounds = await alternate([sideOf("a", [1, 2, 3])], { ...options, warmUpSeconds: 0 });
    expect(rounds.sides.get("a")?.map(({ perSecond }) => perSecond)).toEqual([1, 2, 3]);
  });

  test("ratios are taken round by round, so a slow second of the machine is in both or in neither", async () => {
    const sides = [sideOf("a", [1, 200, 20, 200]), sideOf("b", [1, 100, 10, 100])];
    const rounds = await alternate(sides, options);
    expect(ratioOver(rounds, ["a", "b"], ({ perSecond }) => perSecond)).toEqual({
      median: 2,
      low: 2,
      high: 2,
      count: 3,
    });
  });

  test("a side that did nothing is an error, not a ratio", async () => {
    const idle: Side = { name: "idle", load: () => Promise.resolve({ ...sample(0), operations: 0 }) };
    await expect(alternate([idle], options)).rejects.toThrow("idle did nothing");
  });
});

describe("disturbed rounds", () => {
  const sides = (foreign: readonly (readonly [number, number])[]) =>
    new Map([
      ["a", foreign.map(([one]) => sample(1, one))],
      ["b", foreign.map(([, other]) => sample(1, other))],
    ]);

  test("a round in which others took the machine from either side counts for neither", () => {
    const quiet: [number, number] = [0.1, 0];
    const rounds = withoutDisturbed(sides([quiet, [0, 0.5], quiet, quiet]), 4);
    expect(rounds).toMatchObject({ counted: [0, 2, 3], isDisturbed: false });
  });

  test("when most rounds are disturbed all of them count, and the result says so", () => {
    const rounds = withoutDisturbed(
      sides([
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
      3,
    );
    expect(rounds).toMatchObject({ counted: [0, 1, 2], isDisturbed: true });
  });

  test("where the system doesn't tell, no round is thrown away", () => {
    expect(withoutDisturbed(sides([[Number.NaN, Number.NaN]]), 1)).toMatchObject({ counted: [0], isDisturbed: false });
  });
});

describe.runIf(process.platform === "linux")("CPU time", () => {
  test("a process is charged with what it used, per operation", async () => {
    const { processor, perSecond, operations } = await sampled({ own: processMeter(process.pid) }, () => {
      burn(200);
      return Promise.resolve({ operations: 10, seconds: 2 });
    });
    expect({ perSecond, operations }).toEqual({ perSecond: 5, operations: 10 });
    expect(processor.own).toBeGreaterThan(15_000);
    expect(processor.own).toBeLessThan(60_000);
  });

  test("a family includes children that have ended", async () => {
    const [family, own] = [familyMeter(process.pid), processMeter(process.pid)];
    const before = family() - own();
    const program = "const until = Date.now() + 30; while (process.cpuUsage().user < 150_000 || Date.now() < until);";
    await once(spawn(process.execPath, ["-e", program]), "exit");
    expect(family() - own() - before).toBeGreaterThan(100_000);
  });

  test("the machine is busy at least with this process", () => {
    const before = machineMeter();
    burn(100);
    expect(machineMeter() - before).toBeGreaterThan(50_000);
  });

  test("memory is read in megabytes", () => {
    const megabytes = process.memoryUsage.rss() / 1_000_000;
    expect(residentMegabytes(process.pid) / megabytes).toBeCloseTo(1, 0);
  });

  test("a process that is gone has no figures", () => {
    expect(processMeter(2 ** 30)()).toBeNaN();
    expect(residentMegabytes(2 ** 30)).toBeNaN();
  });
});
