import { openApiDocument } from "@gift/api/openapi/document";
import { createGift } from "@gift/core/gift/create";
import { beforeAll, describe, expect, test } from "vitest";
import { type IssuedKey, issueKey } from "../support/api-key.ts";
import { type Answer, errorOf, useApi } from "./api.ts";
import { moveTo, rowsOf } from "./rows.ts";

const api = useApi({ authentication: "api-key" });
const unknownId = "00000000-0000-7000-8000-000000000000";
let shop: IssuedKey;
let bank: IssuedKey;
beforeAll(async () => {
  shop = await issueKey(api.database.db, { clientId: "shop" });
  bank = await issueKey(api.database.db, { clientId: "bank" });
});

/** Every operation of the document on one gift; a new one is tried by itself. */
const operations = Object.entries(openApiDocument.paths)
  .filter(([path]) => path.includes("{gift_id}"))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const));

const call = (key: IssuedKey, method: string, path: string, requestId = "key-1"): Promise<Answer> =>
  api.call(method, path, { headers: { ...key.headers, "idempotency-key": requestId } });

async function giftOf(key: IssuedKey): Promise<string> {
  const { json } = await api.create({ amount: 100 }, key.headers);
  return json.gift_id;
}

const headersOf = ({ headers }: Answer) =>
  Array.from(headers).filter(([name]) => name !== "ratelimit" && name !== "date");

describe.each(operations)("%s %s", (method, template) => {
  const at = (giftId: string) => template.replace("{gift_id}", giftId);

  test("works for the client that created the gift, with any of its keys", async () => {
    const giftId = await giftOf(shop);
    const second = await issueKey(api.database.db, { clientId: "shop" });
    expect((await call(second, method, at(giftId))).status).toBeLessThan(300);
  });

  test.each(["CREATED", "QUEUED", "SENT", "FAILED"] as const)(
    "of another client's gift in %s is the 404 of one that doesn't exist, byte for byte, and changes nothing",
    async (status) => {
      const giftId = await giftOf(shop);
      if (status !== "CREATED") await call(shop, "POST", `/gifts/${giftId}/send`, "first");
      if (status !== "CREATED") await moveTo(api.database.db, giftId, status);
      const before = await rowsOf(api.database.db, giftId);
      const dispatched = api.dispatched.length;
      const unknown = await call(bank, method, at(unknownId));
      // "first" is the key of the owner's send: a replay must not answer either.
      for (const requestId of ["key-1", "first"]) {
        const foreign = await call(bank, method, at(giftId), requestId);
        expect(errorOf(foreign)).toMatchObject({ status: 404, code: "NOT_FOUND", message: "gift not found" });
        expect(foreign.text.replace(requestId, "key-1")).toBe(unknown.text);
        expect(headersOf(foreign)).toEqual(headersOf(unknown));
      }
      expect(await rowsOf(api.database.db, giftId)).toEqual(before);
      expect(api.dispatched).toHaveLength(dispatched);
    },
  );

  test("of a gift that was created before there were keys is a 404 for every client", async () => {
    const { id } = await createGift(api.database.db, { amount: 1, message: null });
    for (const key of [shop, bank]) expect((await call(key, method, at(id))).status).toBe(404);
  });

  test("with a key of operators is a 401, whose gift it may be", async () => {
    const operator = await issueKey(api.database.db, { clientId: "shop", scopes: ["operator"] });
    expect((await call(operator, method, at(await giftOf(shop)))).status).toBe(401);
  });
});

test("there are operations on a gift to try", () => {
  expect(operations.length).toBeGreaterThanOrEqual(2);
});

test("a gift belongs to the client whose key created it", async () => {
  const giftId = await giftOf(bank);
  expect((await rowsOf(api.database.db, giftId)).gift).toMatchObject({ client_id: "bank" });
});

test("a foreign gift that its owner is sending at that moment is a 404 as well", async () => {
  const giftId = await giftOf(shop);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => call(index % 2 ? bank : shop, "POST", `/gifts/${giftId}/send`)),
  );
  const statuses = (isForeign: boolean) =>
    new Set(answers.filter((_, index) => Boolean(index % 2) === isForeign).map(({ status }) => status));
  expect(statuses(true)).toEqual(new Set([404]));
  expect(statuses(false)).toEqual(new Set([202, 200]));
});
