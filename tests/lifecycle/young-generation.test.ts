import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

function run(script: string) {
  const words = ["--trace-pretenuring-statistics", "--input-type=module", "--eval", script];
  return spawnSync(process.execPath, words, { encoding: "utf8", cwd: import.meta.dirname, timeout: 30_000 });
}

/** Holds on to everything, as a server does whose requests all wait for the database. */
const load = `
  const held = [];
  const hold = (number) => { held.push({ number, list: [number] }); if (held.length > 200_000) held.splice(0, 100_000); };
  for (let number = 0; number < 3_000_000; number += 1) hold(number);`;

test("what survives a while isn't allocated in the old generation, and V8 knows the flag", () => {
  const without = run(load);
  const { stdout, stderr, status } = run(
    `import { keepObjectsYoung } from "@gift/lifecycle/young-generation"; keepObjectsYoung(); ${load}`,
  );
  expect(without.stdout).toMatch(/pretenuring|AllocationSite/);
  expect(stdout).not.toMatch(/AllocationSite|pretenured/);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
}, 60_000);
