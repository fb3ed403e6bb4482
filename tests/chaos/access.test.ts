import { issueKeyring } from "@gift/chaos/access/keyring";
import { findApiKey, listApiKeys } from "@gift/core/api-key/list";
import { expect, test } from "vitest";
import { createTestDatabase, useTestDatabase } from "../support/database.ts";
import { askedApi } from "./asked-api.ts";

const database = useTestDatabase();

test("two clients have a key each, and one of them another that will be revoked", async () => {
  const own = await createTestDatabase();
  const { clients, revocable } = await issueKeyring(own.db);
  expect(clients.map(({ clientId }) => clientId)).toEqual(["florist", "bakery"]);
  for (const { issued, clientId } of clients)
    expect(await findApiKey(own.db, issued.prefix)).toMatchObject({ clientId, scopes: ["client"], state: "ACTIVE" });
  expect((await findApiKey(own.db, revocable.prefix)).clientId).toBe("bakery");
  await own.drop();
});

test("on the real API the keys change as planned, each is refused in time, and whoever may not is refused", async () => {
  const { db } = database;
  const { access, keyring, replaced, said } = await askedApi(database);
  const counts = await access.conclude();
  expect([access.findings(), access.problems()]).toEqual([[], []]);
  expect(said).toEqual(["florist's key rotated", "a key revoked"]);
  const [florist] = keyring.clients;
  expect((await findApiKey(db, florist.issued.prefix)).replaces).toBe(replaced);
  expect((await findApiKey(db, replaced)).state).toBe("EXPIRED");
  expect((await findApiKey(db, keyring.revocable.prefix)).state).toBe("REVOKED");
  expect(await listApiKeys(db, {})).toHaveLength(2);
  expect(counts.strangersRefused).toBeGreaterThan(6);
  for (const count of [counts.intrudersRefused, counts.revoked.passed, counts.rotated.passed])
    expect(count).toBeGreaterThan(0);
  for (const { refused, lastPassMilliseconds } of [counts.revoked, counts.rotated]) {
    expect(refused).toBeGreaterThanOrEqual(20);
    expect(lastPassMilliseconds).toBeLessThanOrEqual(5_000);
  }
}, 90_000);
