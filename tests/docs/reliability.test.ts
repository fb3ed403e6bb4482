import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { doorBugs } from "../mutation/bug/door.ts";
import { mutations } from "../mutation/mutation.ts";
import { invariants } from "../property/consumer/invariant.ts";
import { promises } from "../property/crowd/property.ts";
import { audits } from "../property/lifecycle/audit.ts";
import { differences } from "../queue/contract/difference.ts";
import { root } from "../support/sources.ts";

const text = readFileSync(join(root, "docs/reliability.md"), "utf8");

/** The rows, cells trimmed, of the table whose head begins with a word. */
function tableOf(head: string): string[][] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2;
  const end = lines.findIndex((line, index) => index >= from && !line.startsWith("|"));
  return lines.slice(from, end).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("docs/reliability.md says what the tests do", () => {
  test("every deliberate bug, and what it is noticed as", () => {
    expect(tableOf("bug")).toEqual(mutations.map(({ bug, noticedAs }) => [bug, noticedAs]));
  });

  test("every deliberate bug at the door, what it breaks, and how many mutations there are", () => {
    expect(tableOf("bug at the door")).toEqual(doorBugs.map(({ bug, noticedBy }) => [bug, noticedBy]));
    expect(text).toContain(`The ${mutations.length + doorBugs.length} mutations are among`);
  });

  test("every rule that the emulator breaks, and how", () => {
    expect(tableOf("rule")).toEqual(Object.entries(differences));
  });

  test("every invariant, and no other", () => {
    const listed = text.split("\n").flatMap((line) => (/^- [a-z]/.test(line) ? line.slice(2) : []));
    expect(listed).toEqual([...Object.keys(invariants), ...Object.keys(audits), ...Object.values(promises)]);
  });
});
