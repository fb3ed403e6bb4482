import { openApiDocument } from "@gift/api/openapi/document";
import { generateKey } from "@gift/core/api-key/credential";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { describe, expect, test } from "vitest";
import { stageOf, stages } from "../../infra/stage-table.ts";
import { deadMessage, everything, giftIn } from "../core/gift-in.ts";
import { issueKey } from "../support/api-key.ts";
import { errorOf, useApi } from "./api.ts";

const rows = Object.entries({ ...stages, personal: stageOf("dave"), preview: stageOf("pr-12") });

const operations = Object.entries(openApiDocument.paths)
  .filter(([path]) => path.startsWith("/operator"))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method, path: path.replace(/\{\w+\}/, "1") })));

/** As wide as a request may be: all letters, at once. */
const all = { headers: { "content-type": "application/json" }, body: '{"filter":{}}' };

describe.each(rows)("on %s", (_name, row) => {
  const api = useApi({ authentication: row.auth });

  async function call(method: string, path: string, headers: Record<string, string> = {}) {
    const init = method === "post" ? { ...all, headers: { ...all.headers, ...headers } } : { headers };
    return await api.call(method.toUpperCase(), path, init);
  }

  test("there are operations of operators to try", () => expect(operations).toHaveLength(4));

  test.each(operations)("an operator's call without a key is a 401: $method $path", async ({ method, path }) => {
    const { db } = api.database;
    const gift = await giftIn(db, "FAILED");
    await recordDeadLetter(db, deadMessage(gift.body));
    const client = await issueKey(db);
    const expired = await issueKey(db, { scopes: ["operator"], expiresAt: new Date(0) });
    const before = await everything(db);
    const wrong = [{}, client.headers, expired.headers, { authorization: `Bearer ${generateKey().key}` }];
    for (const headers of wrong) {
      const answer = await call(method, path, { ...headers });
      expect(errorOf(answer)).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
    expect(await everything(db)).toEqual(before);
  });

  test("with an operator's key it is answered, and the audit has the key's name", async () => {
    const { db } = api.database;
    const { headers, prefix } = await issueKey(db, { clientId: "olga", scopes: ["operator"] });
    await recordDeadLetter(db, deadMessage((await giftIn(db, "FAILED")).body));
    expect((await call("get", "/operator/dead-letters", { ...headers })).status).toBe(200);
    const changed = await call("post", "/operator/dead-letters/discard", { ...headers });
    expect(changed.json.changed).toBeGreaterThan(0);
    const names = await db.selectFrom("dead_letters").select("resolved_by").distinct().execute();
    expect(names).toEqual([{ resolved_by: `olga:${prefix}` }]);
  });

  test.each(["/operator", "/operator/", "/operator/there-is-no-such-route", "/operator?x=/healthz"])(
    "nothing below /operator says without a key whether it exists: %s",
    async (path) => expect((await api.call("GET", path)).status).toBe(401),
  );

  test.each([
    "//operator/dead-letters",
    "/Operator/dead-letters",
    "/%6Fperator/dead-letters",
    "/x/../operator/dead-letters",
  ])("nor does another spelling lead there: %s", async (path) =>
    expect([401, 404]).toContain((await api.call("GET", path)).status),
  );
});

describe("where clients need no key", () => {
  const api = useApi({ authentication: "none" });

  test("one that is presented is neither asked for nor counted: gifts are nobody's, and seen by anybody", async () => {
    const { headers } = await issueKey(api.database.db, { rateLimitPerMinute: 1 });
    const created = await api.create({ amount: 1 }, { ...headers });
    expect(created.status).toBe(201);
    expect(created.headers.get("ratelimit")).toBeNull();
    expect((await api.read(created.json.gift_id)).status).toBe(200);
  });

  test("an operator's key has its limit as anywhere", async () => {
    const { headers } = await issueKey(api.database.db, { scopes: ["operator"], rateLimitPerMinute: 1 });
    const list = () => api.call("GET", "/operator/dead-letters", { headers });
    const [first, second] = [await list(), await list()];
    expect([first.status, second.status]).toEqual([200, 429]);
    expect(first.headers.get("ratelimit")).toMatch(/^"key";r=0;t=/);
  });
});
