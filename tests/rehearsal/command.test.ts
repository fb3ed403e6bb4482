import { readdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { scenarios } from "@gift/rehearsal/scenario/scenarios";
import { until } from "@gift/rehearsal/until";
import { expect, test } from "vitest";
import { run } from "../local/command.ts";
import { temporaryFolder } from "../local/temporary-folder.ts";

const program = "packages/rehearsal/src/main.ts";

async function rehearse(...words: readonly string[]) {
  const command = run([program, ...words]);
  const { code } = await command.exited;
  return { code, output: command.output() };
}

test("--help names every scenario with what it shows, and every flag", async () => {
  const { code, output } = await rehearse("--help");
  expect(code).toBe(0);
  for (const { name, shows } of scenarios) expect(output).toMatch(new RegExp(`${name} +${shows}`));
  for (const flag of ["--short", "--json", "--rate", "--seed"]) expect(output).toContain(flag);
});

test.each([
  [["posgres-down"], 'There is no rehearsal "posgres-down".'],
  [[], "Which one?"],
  [["--short"], "Which one?"],
])("%j is refused with the names there are, before anything is started", async (words, problem) => {
  const { code, output } = await rehearse(...words);
  expect(code).toBe(2);
  expect(output).toContain(problem);
  for (const { name } of scenarios) expect(output).toContain(name);
  expect(output).not.toContain("Starting");
});

test.each([
  [["all", "--fast"], "--fast isn't known here"],
  [["all", "kill"], "kill isn't known here"],
  [["all", "--seed", "twelve"], "--seed twelve can't be used"],
  [["all", "--rate", "0"], "--rate 0 can't be used"],
])("%j is refused in a sentence", async (words, problem) => {
  const { code, output } = await rehearse(...words);
  expect(code).toBe(2);
  expect(output).toContain(problem);
});

test("a Ctrl-C during the start, which arrives twice, ends it without a success, and leaves nothing behind", async () => {
  const folder = await temporaryFolder();
  const command = run([program, "duplicates", "--short"], { TMPDIR: folder });
  await until("the folder", async () => (await readdir(folder)).length > 0);
  command.kill("SIGINT");
  await pause(5);
  command.kill("SIGINT");
  expect(await command.exited, command.output()).toEqual({ code: 130, signal: null });
  expect(command.output()).toContain("Interrupted: nothing is left running.");
  expect(command.output()).not.toContain("── duplicates");
  expect(await readdir(folder)).toEqual([]);
}, 60_000);
