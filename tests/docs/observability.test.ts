import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logEvents } from "@gift/telemetry/log-event";
import { metrics } from "@gift/telemetry/metric";
import { metricTags } from "@gift/telemetry/metric-tag";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";
import { signalTables, withTables } from "./signal-tables.ts";

const path = join(root, "docs", "observability.md");
const page = readFileSync(path, "utf8");

describe("docs/observability.md", () => {
  test("has the tables of the code; write them anew with `bun run test tests/docs/observability.test.ts -u`", async () => {
    await expect(withTables(page, signalTables())).toMatchFileSnapshot(path);
  });

  test("names every metric, every tag and every log event", () => {
    const names = [...Object.keys(metrics), ...Object.keys(metricTags), ...Object.keys(logEvents)];
    expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  test("names no metric that doesn't exist", () => {
    const namespaces = new Set(Object.keys(metrics).map((name) => name.split(".").slice(0, 2).join(".")));
    const named = Array.from(page.matchAll(/\b(gift\.[a-z_]+(?:\.[a-z_]+)*)\b(?!\.\*)/g), ([, name = ""]) => name);
    const known = (name: string) => name in metrics || name in logEvents || namespaces.has(name);
    expect(named.length).toBeGreaterThan(Object.keys(metrics).length);
    expect(named.filter((name) => !known(name))).toEqual([]);
  });

  test("a page without the markers isn't taken for one that is up to date", () => {
    expect(() => withTables("# Observability", signalTables())).toThrow("no markers for metrics");
  });
});
