import { startAccess } from "@gift/chaos/access/access";
import { issueKeyring } from "@gift/chaos/access/keyring";
import { findApiKey, listApiKeys } from "@gift/core/api-key/list";
import { createRandom } from "@gift/rehearsal/random";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { startApiProcess } from "../api/api-process.ts";
import { useTestDatabase } from "../support/database.ts";

const database = useTestDatabase();

test("two clients have a key each, and one of them another that will be revoked", async () => {
  const { clients, revocable } = await issueKeyring(database.db);
  expect(clients.map(({ clientId }) => clientId)).toEqual(["florist", "bakery"]);
  for (const { issued, clientId } of clients)
    expect(await findApiKey(database.db, issued.prefix)).toMatchObject({
      clientId,
      scopes: ["client"],
      state: "ACTIVE",
    });
  expect((await findApiKey(database.db, revocable.prefix)).clientId).toBe("bakery");
  await sql`truncate api_keys cascade`.execute(database.db);
});

test("on the real API the keys change as planned, each is refused in time, and whoever may not is refused", async () => {
  const { db, connection } = database;
  const api = await startApiProcess({ connection, environment: { AUTH: "api-key" } });
  const keyring = await issueKeyring(db);
  const [florist, bakery] = keyring.clients;
  const before = florist.issued;
  const gifts = await Promise.all(
    [florist, bakery].map(async (owner) => {
      const json = { ...owner.headers, "content-type": "application/json" };
      const created = await api.call("POST", "/gifts", { headers: json, body: '{"amount":1}' });
      const giftId = String(created.json.gift_id);
      await api.call("POST", `/gifts/${giftId}/send`, { headers: { ...owner.headers, "idempotency-key": "own" } });
      return { giftId, key: "own", owner };
    }),
  );
  const said: string[] = [];
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const access = startAccess({
    ...{ url: `http://127.0.0.1:${api.port}`, database: db, keyring, signal: abort.signal, random: createRandom(1) },
    load: { answers: { keys: gifts }, owners: new Map(gifts.map(({ giftId, owner }) => [giftId, owner])) },
    plan: { rotateAtMilliseconds: 500, revokeAtMilliseconds: 1_000, overlapSeconds: 1 },
    say: (sentence) => said.push(sentence),
  });
  const counts = await access.conclude();
  expect([access.findings(), access.problems()]).toEqual([[], []]);
  expect(said).toEqual(["florist's key rotated", "a key revoked"]);
  expect(florist.issued.prefix).not.toBe(before.prefix);
  expect((await findApiKey(db, florist.issued.prefix)).replaces).toBe(before.prefix);
  expect((await findApiKey(db, before.prefix)).state).toBe("EXPIRED");
  expect((await findApiKey(db, keyring.revocable.prefix)).state).toBe("REVOKED");
  expect(await listApiKeys(db, {})).toHaveLength(2);
  expect(counts.strangersRefused).toBeGreaterThan(6);
  for (const count of [counts.intrudersRefused, counts.revoked.passed, counts.rotated.passed])
    expect(count).toBeGreaterThan(0);
  for (const { refused, lastPassMilliseconds } of [counts.revoked, counts.rotated]) {
    expect(refused).toBeGreaterThanOrEqual(20);
    expect(lastPassMilliseconds).toBeLessThanOrEqual(5_000);
  }
  await api.stop();
}, 90_000);
