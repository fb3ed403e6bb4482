import { afterAll, beforeAll, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { check, seed } from "./check.ts";
import { lifecycleKeepsItsPromises } from "./lifecycle/property.ts";
import { openSession, type Session } from "./lifecycle/session.ts";

const database = useTestDatabase();
let session: Session;
beforeAll(async () => {
  session = await openSession(database.connection);
});
afterAll(() => session.close());

test(`every accepted send ends SENT or FAILED, once, whatever fails, is killed or is frozen (seed ${seed})`, async () => {
  await check(lifecycleKeepsItsPromises(session), 250);
}, 300_000);
