import { describe, expect, test } from "vitest";
import { readSources } from "../support/sources.ts";

const sources = readSources("infra", ".ts");
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
const offenders = (isWrong: (path: string, text: string) => boolean) =>
  sources.filter(({ path, text }) => isWrong(path, code(text))).map(({ path }) => path);

describe("infra/", () => {
  test("the stage's name is asked for in stage.ts alone; everything else reads the stage's row", () => {
    expect(offenders((path, text) => path !== "infra/stage.ts" && text.includes("$app.stage"))).toEqual([]);
  });

  test("no file compares with a stage's name: what differs between stages is in the table", () => {
    const name =
      /["'`](staging|production|public|customer)["'`]\s*(===|!==)|(===|!==)\s*["'`](staging|production|customer)["'`]/;
    expect(offenders((path, text) => path !== "infra/stage-table.ts" && name.test(text))).toEqual([]);
  });

  test("the table needs none of SST's globals: app() reads it where they don't exist", () => {
    const globals = /\$(app|dev|cli|interpolate|output)\b|\b(sst|aws)\./;
    const pure = ["infra/stage-table.ts", "infra/stage-row.ts"];
    expect(offenders((path, text) => pure.includes(path) && globals.test(text))).toEqual([]);
  });

  test("half of the files have at most 60 lines, none more than 250", () => {
    const lengths = sources.map(({ text }) => text.split("\n").length).sort((one, other) => one - other);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(60);
    expect(lengths.at(-1)).toBeLessThanOrEqual(250);
  });

  test("only the developer's own Postgres and the keys of Datadog are read from the environment", () => {
    expect(offenders((_, text) => text.includes("process.env"))).toEqual([
      "infra/datadog-key.ts",
      "infra/development-database.ts",
    ]);
  });
});
