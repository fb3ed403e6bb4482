import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { confirm } from "@gift/ops/confirm";
import { expect, test } from "vitest";

test.each([
  ["y", true],
  ["yes", true],
  [" YES ", true],
  ["", false],
  ["n", false],
  ["yess", false],
  ["yesterday", false],
])('the answer "%s" confirms: %s', async (answer, isConfirmed) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked = text(output);
  const confirmed = confirm("Discard 3 dead letters for good?", { input, output });
  input.end(`${answer}\n`);
  expect(await confirmed).toBe(isConfirmed);
  output.end();
  expect(await asked).toBe("Discard 3 dead letters for good? [y/N] ");
});

test("a terminal that is closed instead of answered confirms nothing", async () => {
  const input = new PassThrough();
  const confirmed = confirm("Discard?", { input, output: new PassThrough() });
  input.end();
  expect(await confirmed).toBe(false);
});
