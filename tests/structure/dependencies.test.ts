import { describe, expect, test } from "vitest";
import { importsOf, readSources } from "../support/sources.ts";

/** Which workspace packages each may import: the table of docs/architecture.md, transitively flattened by hand. */
const allowed: Record<string, readonly string[]> = {
  fleet: [],
  batch: [],
  core: ["batch"],
  queue: ["batch"],
  telemetry: [],
  agent: [],
  lifecycle: ["telemetry"],
  link: ["core"],
  monitor: ["fleet", "telemetry"],
  api: ["core", "fleet", "lifecycle", "link", "queue", "telemetry"],
  worker: ["core", "fleet", "lifecycle", "link", "queue", "telemetry"],
  ops: ["core", "link"],
  console: ["core", "fleet", "lifecycle", "link", "queue", "telemetry"],
  release: ["link"],
  // The demo is a typed client of the API; nothing else of it is used. Of ops it is how a text is printed.
  local: ["api", "core", "fleet", "link", "ops", "queue", "telemetry"],
  chaos: ["core", "fleet", "local", "rehearsal"],
  rehearsal: ["agent", "core", "fleet", "local", "monitor", "telemetry"],
};

const sources = readSources("packages", ".ts");
const workspaceOf = (name: string) => name.split("/")[1] ?? "";
const packageOf = (path: string) => path.split("/")[1] ?? "";

describe("dependencies point one way", () => {
  test("the table names every package", () => {
    expect(new Set(Object.keys(allowed))).toEqual(new Set(sources.map(({ path }) => packageOf(path))));
  });

  test("a package imports only what it may", () => {
    const offences = sources.flatMap((source) => {
      const own = packageOf(source.path);
      const packages = importsOf(source)
        .filter((name) => name.startsWith("@gift/"))
        .map(workspaceOf);
      const forbidden = packages.filter((name) => name !== own && !allowed[own]?.includes(name));
      return forbidden.map((name) => `${source.path} imports ${name}`);
    });
    expect(offences).toEqual([]);
  });

  test.each([
    ["core", /^(elysia|@elysiajs|@aws-sdk|sst|pino|dd-trace)/],
    ["queue", /^(elysia|@elysiajs|sst|pg|kysely|pino|dd-trace)/],
    ["fleet", /^[^.]/],
  ])("%s imports nothing that matches %s", (name, forbidden) => {
    const imports = sources.filter(({ path }) => packageOf(path) === name).flatMap(importsOf);
    expect(imports.filter((imported) => forbidden.test(imported) && !imported.startsWith("@gift/"))).toEqual([]);
  });
});
