import { ClientKey } from "@gift/chaos/access/client-key";
import { create, forgeries, Intrusion, operate } from "@gift/chaos/access/intrusion";
import { generateKey, parseKey } from "@gift/core/api-key/credential";
import { expect, test } from "vitest";
import { guardedApi } from "./guarded-api.ts";

const { key, verifier } = generateKey();
const client = new ClientKey("florist", { key, prefix: verifier.prefix });
const shown = () => forgeries(client).map(({ headers }) => parseKey((headers.authorization ?? "").slice(7)));

test("nobody shows no key, a foreign one, one of another's name, and a part of one", () => {
  const [none, foreign, renamed, part] = shown();
  expect([none, part]).toEqual([undefined, undefined]);
  expect(foreign?.prefix).not.toBe(verifier.prefix);
  expect(renamed?.prefix).toBe(verifier.prefix);
  expect(renamed?.hash).not.toBe(verifier.hash);
});

test("each 401 is counted, a client's to an operator's request too", async () => {
  const api = await guardedApi();
  api.admit(key, "florist");
  const intrusion = new Intrusion(api.url);
  for (const forgery of forgeries(client)) await intrusion.ask(create, forgery);
  await intrusion.ask(operate, { shows: "a client's key", headers: client.headers });
  expect([intrusion.refused, intrusion.problems]).toEqual([5, []]);
});

test("whoever gets in is a problem, with what was shown", async () => {
  const api = await guardedApi({ isOpen: true });
  const intrusion = new Intrusion(api.url);
  for (const forgery of forgeries(client)) await intrusion.ask(create, forgery);
  expect(intrusion.refused).toBe(0);
  expect(intrusion.problems).toEqual(
    ["no key", "a key that nobody issued", "a key with another's prefix", "a part of a key"].map(
      (what) => `whoever asked to create a gift with ${what} was answered 201`,
    ),
  );
});

test("503 is neither: nobody knows while the database is away", async () => {
  const api = await guardedApi({ status: 503 });
  const intrusion = new Intrusion(api.url);
  await intrusion.ask(create, { shows: "no key", headers: {} });
  expect([intrusion.refused, intrusion.problems]).toEqual([0, []]);
});
