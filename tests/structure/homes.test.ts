import { describe, expect, test } from "vitest";
import { readSources } from "../support/sources.ts";

const sources = readSources("packages", ".ts");
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

describe("one fact, one home", () => {
  test("the environment and the bindings are read in config.ts only", () => {
    const mayRead = (path: string) => path.endsWith("/config.ts") || path.startsWith("packages/local/");
    const offenders = sources.filter(
      ({ path, text }) => !mayRead(path) && /process\.env|sst\/resource/.test(code(text)),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  test("no file is longer than 250 lines", () => {
    expect(sources.filter(({ text }) => text.split("\n").length > 250).map(({ path }) => path)).toEqual([]);
  });

  test("no file or folder is a grab bag", () => {
    const grabBag = /\/(utils?|common|helpers?|shared|lib|types|models|services)(\/|\.ts$)/;
    expect(sources.filter(({ path }) => grabBag.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test("half of the files have at most 60 lines", () => {
    const lengths = sources.map(({ text }) => text.split("\n").length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(60);
  });

  test("there are at least as many lines of test as of source", () => {
    const count = (files: readonly { text: string }[]) =>
      files.reduce((sum, { text }) => sum + text.split("\n").length, 0);
    expect(count(readSources("tests", ".ts"))).toBeGreaterThanOrEqual(count(sources));
  });
});
