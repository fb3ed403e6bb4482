import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { check, patience, seed } from "./check.ts";
import { sceneNames } from "./crowd/program.ts";
import { crowdKeepsItsPromises } from "./crowd/property.ts";
import { openSession, type Session } from "./lifecycle/session.ts";
import { Tally } from "./tally.ts";

const database = useTestDatabase();
let session: Session;
beforeAll(async () => {
  session = await openSession(database.connection);
});
afterAll(() => session.close());

test(
  `in one statement with others every call is answered as it would be alone (seed ${seed})`,
  async () => {
    const tally = new Tally(sceneNames);
    await check(
      crowdKeepsItsPromises(session, ({ scene, calls }) => tally.add(scene, calls.length)),
      300,
    );
    console.info("calls in crowds:", JSON.stringify(tally.counts));
    expect(tally.missing()).toEqual([]);
  },
  patience,
);
