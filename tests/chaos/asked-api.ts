import { startAccess } from "@gift/chaos/access/access";
import { issueKeyring } from "@gift/chaos/access/keyring";
import { createRandom } from "@gift/rehearsal/random";
import { onTestFinished } from "vitest";
import { startApiProcess } from "../api/api-process.ts";
import type { TestDatabase } from "../support/database.ts";

/**
 * The real API with a gift of each client, asked by all who may not, and with keys that change within a second.
 * @param environment more of the API's
 */
export async function askedApi(
  { db, connection }: Pick<TestDatabase, "db" | "connection">,
  environment: Readonly<Record<string, string>> = {},
) {
  const api = await startApiProcess({ connection, environment: { AUTH: "api-key", ...environment } });
  const abort = new AbortController();
  onTestFinished(async () => {
    abort.abort();
    await api.stop();
  });
  const keyring = await issueKeyring(db);
  const [florist] = keyring.clients;
  const replaced = florist.issued.prefix;
  const gifts = await Promise.all(
    keyring.clients.map(async (owner) => {
      const json = { ...owner.headers, "content-type": "application/json" };
      const created = await api.call("POST", "/gifts", { headers: json, body: '{"amount":1}' });
      const giftId = String(created.json.gift_id);
      await api.call("POST", `/gifts/${giftId}/send`, { headers: { ...owner.headers, "idempotency-key": "own" } });
      return { giftId, key: "own", owner };
    }),
  );
  const said: string[] = [];
  const access = startAccess({
    ...{ url: `http://127.0.0.1:${api.port}`, database: db, keyring, signal: abort.signal, random: createRandom(1) },
    load: { answers: { keys: gifts }, owners: new Map(gifts.map(({ giftId, owner }) => [giftId, owner])) },
    plan: { rotateAtMilliseconds: 500, revokeAtMilliseconds: 1_000, overlapSeconds: 1 },
    say: (sentence) => said.push(sentence),
  });
  return { access, keyring, replaced, said };
}
