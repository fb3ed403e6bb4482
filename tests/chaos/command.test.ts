import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "@gift/rehearsal/until";
import { expect, test } from "vitest";
import { run } from "../local/command.ts";
import { allGone, descendantsOf } from "../local/local-stack.ts";
import { temporaryFolder } from "../local/temporary-folder.ts";

const program = "packages/chaos/src/main.ts";

async function chaos(...words: readonly string[]) {
  const command = run([program, ...words]);
  const { code } = await command.exited;
  return { code, output: command.output() };
}

test("--help names every flag", async () => {
  const { code, output } = await chaos("--help");
  expect(code).toBe(0);
  for (const flag of ["--minutes", "--seed", "--gifts-per-second", "--json"]) expect(output).toContain(flag);
});

test.each([
  [["--minute", "1"], "--minute isn't known here"],
  [["now"], "now isn't known here"],
  [["--minutes", "0"], "--minutes 0 can't be used"],
  [["--minutes"], "--minutes needs a value"],
  [["--seed", "twelve"], "--seed twelve can't be used"],
  [["--gifts-per-second", "1000"], "--gifts-per-second 1000 can't be used"],
  [["--json=yes"], "--json takes no value"],
])("%j is refused in a sentence, before anything is started", async (words, problem) => {
  const { code, output } = await chaos(...words);
  expect(code).toBe(2);
  expect(output).toContain(problem);
  expect(output).not.toContain("Starting");
});

/** Starts chaos on a folder of its own for temporary files, and waits until the API is frozen. */
async function frozen() {
  const folder = await temporaryFolder();
  const command = run([program, "--minutes", "0.2", "--seed", "37"], { TMPDIR: folder });
  await command.printed(/✗ freeze api/, 60);
  const pids = descendantsOf(command.pid);
  await until("the API to be frozen", () => pids.some(isFrozen));
  return { command, pids, leftovers: async () => (await readdir(folder)).filter((name) => name.startsWith("gift-")) };
}

function isFrozen(pid: number): boolean {
  return spawnSync("ps", ["-p", `${pid}`, "-o", "stat="], { encoding: "utf8" }).stdout.startsWith("T");
}

test("a Ctrl-C that arrives twice, while a process is frozen, leaves nothing behind and is no success", async () => {
  const { command, pids, leftovers } = await frozen();
  command.kill("SIGINT");
  await pause(5);
  command.kill("SIGINT");
  expect(await command.exited, command.output()).toEqual({ code: 130, signal: null });
  expect(command.output()).toContain("Interrupted: nothing is left running.");
  await allGone(pids, 0.1);
  expect(await leftovers()).toEqual([]);
}, 120_000);

test("a second Ctrl-C doesn't wait for anything, and still leaves nothing behind", async () => {
  const { command, pids, leftovers } = await frozen();
  command.kill("SIGINT");
  // One keystroke can arrive twice within half a second; this is to be another.
  await pause(600);
  const asked = performance.now();
  command.kill("SIGINT");
  expect(await command.exited, command.output()).toEqual({ code: 130, signal: null });
  expect(performance.now() - asked).toBeLessThan(3_000);
  await allGone(pids, 0.1);
  expect(await leftovers()).toEqual([]);
}, 120_000);
