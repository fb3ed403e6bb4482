import { expect, test } from "vitest";
import { run } from "./command.ts";

/** What makes citty color: a terminal's kind, and nothing that forbids it. */
const colorful = { TERM: "xterm-256color", NO_COLOR: "", TEST: "", CI: "" };

test.each([
  "packages/local/src/main.ts",
  "packages/local/src/demo.ts",
  "packages/rehearsal/src/main.ts",
  "packages/chaos/src/main.ts",
  "tests/bench/main.ts",
])("the help of %s has no escape codes in a pipe", async (program) => {
  const help = run([program, "--help"], colorful);
  expect(await help.exited).toEqual({ code: 0, signal: null });
  expect(help.output()).toContain("USAGE");
  expect(help.output()).not.toContain("\u001b");
});
