import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseTestValue } from "@gift/core/gift/test-value";
import { expect, test } from "vitest";
import { root } from "../support/sources.ts";

const page = readFileSync(join(root, "docs", "api.md"), "utf8");
const rows = Array.from(page.matchAll(/^\| `(test:[^`]+)`(?: \(1 to (\d+)[^)]*\))? \|/gm));

test("docs/api.md lists each kind of test value with an example that is one", () => {
  const kinds = rows.map(([, example = ""]) => parseTestValue(example)?.kind);
  expect(new Set(kinds)).toEqual(new Set(["fail-always", "fail-first", "slow", "permanent"]));
});

test("docs/api.md names the bounds of their numbers", () => {
  const bounded = rows.filter(([, , most]) => most !== undefined);
  expect(bounded).toHaveLength(2);
  for (const [, example = "", most] of bounded) {
    const withNumber = (number: number) => parseTestValue(example.replace(/\d+$/, String(number)));
    expect([0, 1, Number(most), Number(most) + 1].map((number) => withNumber(number) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  }
});
