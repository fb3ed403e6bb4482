import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { check, patience, seed } from "./check.ts";
import type { Books } from "./lifecycle/audit.ts";
import { lifecycleKeepsItsPromises } from "./lifecycle/property.ts";
import { openSession, type Session } from "./lifecycle/session.ts";
import { Tally } from "./tally.ts";

const database = useTestDatabase();
let session: Session;
beforeAll(async () => {
  session = await openSession(database.connection);
});
afterAll(() => session.close());

const happened = [
  "accepted",
  "replayed",
  "conflicts",
  "SENT",
  "FAILED",
  "attempts",
  "attempts that nobody finished",
  "redrives",
  "dead letters",
  "effects",
  "redrives that waited",
  "kills",
  "freezes",
  "stops",
  "SQS faults",
] as const;

test(
  `every accepted send ends SENT or FAILED, once, whatever fails, is killed or is frozen (seed ${seed})`,
  async () => {
    const tally = new Tally(happened);
    await check(
      lifecycleKeepsItsPromises(session, (books) => count(tally, books)),
      250,
    );
    console.info("lives of gifts:", JSON.stringify(tally.counts));
    expect(tally.missing()).toEqual([]);
  },
  patience,
);

function count(tally: Tally<(typeof happened)[number]>, books: Books): void {
  const { answers, gifts, attempts, transitions, deadLetters, outside } = books;
  for (const { kind } of answers) tally.add(kind === "conflict" ? "conflicts" : kind);
  for (const { status } of gifts) if (status === "SENT" || status === "FAILED") tally.add(status);
  tally.add("attempts", attempts.length);
  tally.add("attempts that nobody finished", attempts.filter(({ outcome }) => outcome === null).length);
  tally.add("redrives", transitions.filter(({ from_status }) => from_status === "FAILED").length);
  tally.add("dead letters", deadLetters.length);
  tally.add("redrives that waited", books.redrivesThatWait);
  tally.add("effects", outside.provider.effects.length);
  for (const { kind } of outside.program.mishaps) tally.add(`${kind}s`);
  tally.add(
    "SQS faults",
    Object.values(outside.model.dice.counts).reduce((sum, faults) => sum + faults, 0),
  );
}
