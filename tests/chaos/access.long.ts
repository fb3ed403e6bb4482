import { expect, test } from "vitest";
import { doorBugs } from "../mutation/bug/door.ts";
import { createTestDatabase } from "../support/database.ts";
import { askedApi } from "./asked-api.ts";

/** Deliberate bugs of the real API's door, and the words in which a run of chaos complains of each. */
const complaints: Readonly<Record<string, string>> = {
  "the key check is not awaited": "with no key was answered",
  "a key is found by its prefix and not compared": "with a key with another's prefix was answered",
  "the operator API asks for any key": "asked to read dead letters with a client's key was answered 200",
  "anybody's gift can be read": "another client asked to show it and was answered 200",
  "anybody's send is replayed to whoever knows its key": "another client asked to replay it and was answered 200",
  "a conflict tells that a gift exists": "another client asked to send it and was answered 409",
  "revoked keys are found": "more than 5 s after it was revoked, a key was answered 200",
  "expired keys are found": "more than 5 s after it was rotated away, a key was answered 200",
};

test.each(Object.entries(complaints))(
  "who asks in a run of chaos notices that %s",
  async (bug, complaint) => {
    const edits = doorBugs.find((each) => each.bug === bug)?.edits;
    expect(edits).toBeDefined();
    const database = await createTestDatabase();
    const { access } = await askedApi(database, {
      NODE_OPTIONS: `--import=${new URL("../mutation/mutate.ts", import.meta.url).href}`,
      MUTATION: JSON.stringify(edits),
    });
    const complained = () => [...access.problems(), ...access.findings().map(({ why }) => why)].join("\n");
    await expect.poll(complained, { timeout: 60_000, interval: 100 }).toContain(complaint);
  },
  90_000,
);
