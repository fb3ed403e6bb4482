import { expect, test } from "vitest";
import { run } from "../local/command.ts";

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

test("an interruption leaves nothing running and is no success", async () => {
  const command = run([program, "--minutes", "0.5", "--seed", "1"]);
  await command.printed(/faults in 0\.5 minutes/, 60);
  command.kill("SIGINT");
  const { code } = await command.exited;
  expect(code).toBe(1);
  expect(command.output()).toContain("Interrupted: nothing is left running.");
}, 120_000);
