import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";
import { goals } from "./goal.ts";
import type { Run } from "./run.ts";
import { benches } from "./suite/suite.ts";

/** A minute on two quiet cores; the rest of the check runs beside it. */
const longestMilliseconds = 400_000;

async function runBench(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["tests/bench/main.ts", ...words], { cwd: root });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, ...said };
}

describe("bun run bench", () => {
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

  test("a bench that isn't there is refused with the names of those that are", async () => {
    const { code, stderr } = await runBench("--only", "create,fastest");
    expect(code).toBe(2);
    expect(stderr).toContain('There is no bench "fastest"');
    for (const { name } of benches) expect(stderr).toContain(name);
  });

  test("the help says what each bench shows", async () => {
    const { code, stdout } = await runBench("--help");
    expect(code).toBe(0);
    for (const { name, shows } of benches) expect(stdout).toContain(`${name.padEnd(16)}${shows}`);
  });
});
