import { describe, expect, test } from "vitest";
import { doorBugs } from "./bug/door.ts";
import { broken, checkNames } from "./door.ts";

test("without a mistake every check of the door holds", async () => {
  expect(await broken([], checkNames)).toEqual([]);
}, 60_000);

test("every check notices a mistake", () => {
  expect(new Set(doorBugs.map(({ noticedBy }) => noticedBy))).toEqual(new Set(checkNames));
});

describe("a deliberate bug at the door is caught", () => {
  test.each(doorBugs)(
    "$bug",
    async ({ edits, noticedBy }) => {
      expect(await broken(edits, [noticedBy])).toEqual([noticedBy]);
    },
    60_000,
  );
});
