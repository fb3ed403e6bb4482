import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import type { Edit, Result } from "./edit.ts";
import { type Mutation, mutations } from "./mutation.ts";

/** Fixed: a mutation is caught, or it isn't; luck has no part in it. */
const seed = "20260101";
const cases: Record<Mutation["property"], string> = {
  consumer: "600",
  publisher: "200",
  lifecycle: "160",
  crowd: "150",
};

async function runWith(property: Mutation["property"], edits: readonly Edit[]): Promise<Result> {
  if (property === "consumer" || property === "publisher") return await runChild(property, edits, "{}");
  const database = await createTestDatabase();
  try {
    return await runChild(property, edits, JSON.stringify(database.connection));
  } finally {
    await database.drop();
  }
}

async function runChild(property: Mutation["property"], edits: readonly Edit[], connection: string): Promise<Result> {
  const [mutate, child] = ["mutate.ts", "child.ts"].map((name) => join(import.meta.dirname, name));
  const args = ["--import", mutate ?? "", child ?? "", property, seed, cases[property], connection];
  const env = { ...process.env, MUTATION: JSON.stringify(edits) };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 120_000 });
  return JSON.parse(stdout);
}

describe("without a mistake every property holds", () => {
  test.concurrent.each(Array.from(new Set(mutations.map(({ property }) => property))))(
    "%s",
    async (property) => {
      expect(await runWith(property, [])).toMatchObject({ isFailed: false, cases: Number(cases[property]) });
    },
    120_000,
  );
});

describe("a deliberate bug is caught", () => {
  test.concurrent.each(mutations)(
    "$bug",
    async ({ property, edits, noticedAs }) => {
      const result = await runWith(property, edits);
      expect(result).toMatchObject({ isFailed: true, error: expect.stringContaining(noticedAs) });
    },
    120_000,
  );
});
