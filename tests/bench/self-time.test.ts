import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { profileReport } from "./profile/report.ts";
import { type CpuProfile, largestCosts } from "./profile/self-time.ts";

const node = (id: number, functionName: string, url = "") => ({ id, callFrame: { functionName, url, lineNumber: 9 } });

const profile: CpuProfile = {
  nodes: [
    node(1, "(idle)"),
    node(2, "parse", "file:///home/somebody/clone/packages/api/src/input/json-body.ts"),
    node(3, "sign", "file:///home/somebody/clone/node_modules/.bun/a@1/node_modules/a/sign.js"),
    node(4, "parse", "file:///home/somebody/clone/packages/api/src/input/json-body.ts"),
    node(5, "(garbage collector)"),
  ],
  samples: [1, 2, 3, 4, 5],
  timeDeltas: [1_000, 30, 20, 30, 20],
};

test("a function's share is of the time in which the process worked, over all its callers", () => {
  expect(largestCosts(profile, 3)).toEqual([
    { where: "parse (packages/api/src/input/json-body.ts:10)", share: 0.6 },
    { where: "sign (a/sign.js:10)", share: 0.2 },
    { where: "(garbage collector)", share: 0.2 },
  ]);
});

test("no more costs than asked for", () => {
  expect(largestCosts(profile, 1)).toHaveLength(1);
});

test("what Node writes is read, and the function that works is first", () => {
  const folder = mkdtempSync(join(tmpdir(), "gift-profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program =
    "function hardWork() { let sum = 0; while (process.cpuUsage().user < 400_000) sum += Math.sqrt(sum + 2); } hardWork();";
  spawnSync(process.execPath, [
    "--cpu-prof",
    "--cpu-prof-dir",
    folder,
    "--cpu-prof-name",
    "one.cpuprofile",
    "-e",
    program,
  ]);
  const report = profileReport(folder);
  expect(report).toMatch(/^\none\.cpuprofile\n/);
  expect(report).toContain("hardWork");
  expect(report).toContain(folder);
});
