import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { importsOf, readSources } from "../support/sources.ts";

type Graph = ReadonlyMap<string, readonly string[]>;

const packages = readSources("packages", ".ts");

/** The file that an import leads to, inside a package or across packages; whatever else it names is no file of ours. */
function fileOf(from: string, imported: string): string {
  const [, name, path] = /^@gift\/([^/]+)\/(.+)$/.exec(imported) ?? [];
  return name === undefined ? join(dirname(from), imported) : `packages/${name}/src/${path}.ts`;
}

/**
 * Files in circles, and those that import them: what is left when everything is taken away that imports nothing left.
 */
function circlesOf(graph: Graph): readonly string[] {
  const left = new Map(graph);
  for (;;) {
    const leaves = Array.from(left).filter(([, imports]) => !imports.some((file) => left.has(file)));
    if (leaves.length === 0) return Array.from(left.keys());
    for (const [file] of leaves) left.delete(file);
  }
}

test("no file imports itself over others, types included: each can be understood without those that need it", () => {
  const graph = new Map(
    packages.map((source) => [source.path, importsOf(source).map((imported) => fileOf(source.path, imported))]),
  );
  expect(graph.size).toBeGreaterThan(400);
  expect(
    Array.from(graph.values())
      .flat()
      .filter((file) => graph.has(file)).length,
  ).toBeGreaterThan(1_000);
  expect(circlesOf(graph)).toEqual([]);
});

test("a circle is noticed, however long it is", () => {
  const chain: Graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", []],
  ]);
  expect(circlesOf(chain)).toEqual([]);
  expect(circlesOf(new Map([...chain, ["c", ["a"]]]))).toEqual(["a", "b", "c"]);
});
