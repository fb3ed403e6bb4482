import { readFileSync } from "node:fs";
import { join } from "node:path";
import { privileges } from "@gift/core/migration/privilege";
import { describe, expect, test } from "vitest";
import { stages } from "../../infra/stage-table.ts";
import { readSources, root } from "../support/sources.ts";

const read = (name: string) => readFileSync(join(root, `docs/${name}.md`), "utf8");

/** The rows, cells trimmed, of the first table at or below the line that starts with a text. */
function tableAt(text: string, start: string): string[][] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(start));
  const head = lines.findIndex((line, index) => index >= from && line.startsWith("|"));
  const end = lines.findIndex((line, index) => index > head && !line.startsWith("|"));
  const rows = lines.slice(head + 2, end === -1 ? undefined : end);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("cost.md", () => {
  /** The first number of a cell; nothing is a dash. */
  const amount = (cell = "") => Number.parseFloat(/\d+(\.\d+)?/.exec(cell)?.[0] ?? "0");

  test.each([
    ["staging", 1],
    ["personal or preview", 2],
    ["production", 3],
  ])("the sum for %s is the sum of its column", (_, column) => {
    const rows = tableAt(read("cost"), "## Idle");
    const total = rows.pop()?.[column];
    expect(rows.length).toBeGreaterThan(8);
    const sum = rows.map((row) => amount(row[column])).reduce((a, b) => a + b, 0);
    expect(Math.round(sum)).toBe(amount(total));
  });
});

describe("security.md", () => {
  test("tells the grants as they are made", () => {
    const told = tableAt(read("security"), "| table | `gift_app`");
    const cell = (list: readonly string[] = []) => (list.length === 0 ? "–" : list.join(", "));
    expect(told).toEqual(Object.entries(privileges).map(([table, { app, ops }]) => [table, cell(app), cell(ops)]));
  });
});

describe("deploying.md", () => {
  test("has a row for every permanent stage", () => {
    const rows = tableAt(read("deploying"), "## 5. Stages").map(([stage]) => stage);
    expect(rows).toEqual(expect.arrayContaining(Object.keys(stages).map((name) => `\`${name}\``)));
  });
});

describe("drift.md", () => {
  test("names what a deploy leaves alone, and all of it", () => {
    const told = Array.from(read("drift").matchAll(/`ignoreChanges: (\[[^\]]+\])`/g), (match) => match[1]);
    const sources = readSources("infra", ".ts").map(({ text }) => text);
    const declared = sources.flatMap((text) =>
      Array.from(text.matchAll(/ignoreChanges(?: =|:) (\[[^\]]+\])/g), (match) => match[1]),
    );
    expect(new Set(told)).toEqual(new Set(declared));
  });
});
