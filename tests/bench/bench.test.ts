import { describe, expect, test } from "vitest";
import { runBench } from "./run-bench.ts";
import { benches } from "./suite/suite.ts";

describe("bun run bench", () => {
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
