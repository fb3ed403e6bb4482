import { expect, test } from "vitest";
import { goals } from "./goal.ts";
import type { Run } from "./run.ts";
import { runBench } from "./run-bench.ts";
import { benches } from "./suite/suite.ts";

/** A minute on two quiet cores. */
const longestMilliseconds = 400_000;

test(
  "a short run makes every bench and measures every goal",
  async () => {
    const { code, stdout, stderr } = await runBench("--short", "--json");
    expect(code, stderr).toBe(0);
    const run: Run = JSON.parse(stdout);
    expect(run.broken).toEqual([]);
    expect(new Set(run.findings.map(({ bench }) => bench))).toEqual(new Set(benches.map(({ name }) => name)));
    const measured = run.findings.flatMap(({ goal, value }) => (goal && value.count > 0 ? [goal] : []));
    expect(new Set(measured)).toEqual(new Set(Object.keys(goals)));
  },
  longestMilliseconds,
);
