import { failuresOf } from "@gift/rehearsal/result";
import { runRehearsals } from "@gift/rehearsal/run";
import type { Scenario } from "@gift/rehearsal/scenario/scenario";
import { expect, test } from "vitest";
import { run } from "../local/command.ts";

const never = new AbortController().signal;

/** Nothing is broken, and yet somebody should be told: what a monitor that doesn't work looks like. */
const nobodyNotices: Scenario = {
  name: "nobody-notices",
  injected: "nothing",
  shows: "that a monitor which stays silent fails the rehearsal",
  expects: ["healthy-hosts"],
  inject: async () => undefined,
  repair: async () => undefined,
};

const damage: Scenario = {
  ...{ name: "damage", injected: "what the audit is for", shows: "that the audit sees the real system", expects: [] },
  async inject({ system: { database } }) {
    // One of the load's newest gifts: who reads FAILED looks for a dead letter, and there is none.
    const { id } = await database
      .selectFrom("gifts")
      .select("id")
      .where("status", "=", "SENT")
      .orderBy("created_at", "desc")
      .limit(1)
      .executeTakeFirstOrThrow();
    const changed = { status: "FAILED", last_error: "BUG: lost" } as const;
    await database.updateTable("gifts").set(changed).where("id", "=", id).execute();
  },
  repair: async () => undefined,
};

test("the command rehearses a stopped worker: progress, the real monitors, and a table in which nothing is lost", async () => {
  const command = run(["packages/rehearsal/src/main.ts", "worker-stopped", "--short", "--seed", "1", "--rate", "10"]);
  const { code } = await command.exited;
  const output = command.output();
  expect(output).toContain("▲ tasks-missing-gift alerts");
  expect(output).toContain("docs/runbook.md#tasks-missing");
  expect(output).toContain("→ start the service again");
  expect(output).toMatch(/│ worker-stopped .*│ 0 +│ 0 +│ 0 +│$/m);
  expect(output).toContain("✓ 1 of 1 rehearsals held.");
  expect(code).toBe(0);
}, 120_000);

test("a monitor that stays silent, and a gift that is lost, fail the rehearsal", async () => {
  const said: string[] = [];
  const results = await runRehearsals([nobodyNotices, damage], {
    ...{ seed: 1, timeScale: 240, isShort: true, ratePerSecond: 5, interrupt: { stop: never, kill: never } },
    say: (sentence) => said.push(sentence),
  });
  const [silent, damaged] = results.map(failuresOf);
  expect(silent).toEqual(["healthy-hosts should have alerted and didn't"]);
  expect(damaged).toEqual([expect.stringMatching(/^1 lost: it is FAILED and no dead letter says so/)]);
  expect(said.join("\n")).toContain("healthy-hosts does not alert");
}, 150_000);
