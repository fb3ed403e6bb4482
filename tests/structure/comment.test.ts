import { expect, test } from "vitest";
import { readSources } from "../support/sources.ts";

const isWideComment = (line: string) => line.length > 120 && /^\s*(\/\/|\/?\*)/.test(line);

test("comments keep to 120 columns, as Biome has it for the code", () => {
  const sources = ["packages", "infra", "tests"].flatMap((folder) => readSources(folder, ".ts"));
  expect(sources.length).toBeGreaterThan(500);
  const wide = sources.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (isWideComment(line) ? [`${path}:${index + 1}`] : [])),
  );
  expect(wide).toEqual([]);
});
