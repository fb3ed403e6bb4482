import { openApiDocument } from "@gift/api/openapi/document";
import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { deadMessage, everything, giftIn, rowsOf } from "../core/gift-in.ts";
import { issueKey } from "../support/api-key.ts";
import { errorOf, useApi } from "./api.ts";

const api = useApi({ authentication: "api-key" });
let operator: { headers: Record<string, string>; prefix: string };
beforeEach(async () => {
  const { db } = api.database;
  await sql`truncate dead_letters, outbox`.execute(db);
  const { headers, prefix } = await issueKey(db, { clientId: "olga", scopes: ["operator"] });
  operator = { headers: { ...headers }, prefix };
});

const get = (path: string) => api.call("GET", `/operator/dead-letters${path}`, { headers: operator.headers });
const post = (path: string, body: unknown, headers: Record<string, string> = operator.headers) =>
  api.call("POST", `/operator/dead-letters${path}`, {
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** A FAILED gift and its dead letter. */
async function deadGift() {
  const gift = await giftIn(api.database.db, "FAILED");
  await recordDeadLetter(api.database.db, deadMessage(gift.body));
  const [letterId = ""] = await listDeadLetterIds(api.database.db, { giftId: gift.id });
  return { ...gift, letterId };
}

async function poison(): Promise<string> {
  await recordDeadLetter(api.database.db, deadMessage("poison"));
  return (await listDeadLetterIds(api.database.db, { errorCode: "UNPARSABLE_MESSAGE" })).at(-1) ?? "";
}

const audit = () => `olga:${operator.prefix}`;
const expectSchema = (name: "DeadLetter" | "DeadLetterPage" | "DeadLetterChanges", value: unknown) => {
  const schema: TSchema = openApiDocument.components.schemas[name];
  expect(Array.from(Value.Errors(schema, value))).toEqual([]);
};
const operations = Object.entries(openApiDocument.paths)
  .filter(([path]) => path.startsWith("/operator"))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path.replace(/\{\w+\}/, "1")] as const));

describe("every operation of operators", () => {
  test("is one of four", () => expect(operations).toHaveLength(4));

  test.each(operations)("%s %s refuses a client's key as if it were none, and does nothing", async (method, path) => {
    const gift = await deadGift();
    const before = await everything(api.database.db);
    const client = await issueKey(api.database.db, { scopes: ["client"] });
    const body = method === "post" ? { body: JSON.stringify({ ids: [gift.letterId] }) } : {};
    const headers = { ...client.headers, "content-type": "application/json" };
    const refused = await api.call(method.toUpperCase(), path, { headers, ...body });
    expect(errorOf(refused)).toEqual(errorOf(await api.call(method.toUpperCase(), path, body)));
    expect(refused.status).toBe(401);
    expect(await everything(api.database.db)).toEqual(before);
  });

  test.each(operations)("%s %s takes a key that has both scopes", async (method, path) => {
    const both = await issueKey(api.database.db, { scopes: ["client", "operator"] });
    const body = method === "post" ? { body: '{"ids":["1"],"dry_run":true}' } : {};
    const headers = { ...both.headers, "content-type": "application/json" };
    expect([200, 404]).toContain((await api.call(method.toUpperCase(), path, { headers, ...body })).status);
  });
});

describe("GET /operator/dead-letters", () => {
  test("lists the open letters, oldest first, or those in a state", async () => {
    const [gift, poisonId] = [await deadGift(), await poison()];
    await post("/discard", { ids: [poisonId] });
    const ids = async (query: string) =>
      (await get(query)).json.dead_letters.map((letter: { dead_letter_id: string }) => letter.dead_letter_id);
    expect(await ids("")).toEqual([gift.letterId]);
    expect(await ids("?state=DISCARDED")).toEqual([poisonId]);
    expect(await ids("?state=ANY")).toEqual([gift.letterId, poisonId]);
    expect(await ids(`?gift_id=${gift.id}&error_code=PROVIDER_REFUSED`)).toEqual([gift.letterId]);
    expect(await ids("?state=ANY&error_code=UNPARSABLE_MESSAGE")).toEqual([poisonId]);
    expect(await ids("?created_after=2999-01-01T00:00:00Z")).toEqual([]);
    expect(await ids("?created_before=2999-01-01T00:00:00%2B01:00")).toEqual([gift.letterId]);
    expectSchema("DeadLetterPage", (await get("?state=ANY")).json);
  });

  test("goes through any number of them page by page", async () => {
    const all = [await poison(), await poison(), await poison()];
    const first = (await get("?limit=2")).json;
    expect(first.dead_letters).toHaveLength(2);
    expect(first.next).toBe(all[1]);
    const second = (await get(`?limit=2&after=${first.next}`)).json;
    expect(second).toMatchObject({ dead_letters: [{ dead_letter_id: all[2] }], next: null });
    expect((await get("?limit=3")).json.next).toBeNull();
  });

  test.each([
    ["state=open", /^state: must be one of OPEN, /],
    ["gift_id=42", /^gift_id: must be the UUID/],
    ["error_code=no%25", /^error_code: /],
    ["fingerprint=x", /^fingerprint: /],
    ["created_after=yesterday", /^created_after: must be a time with its zone/],
    ["created_before=2026-13-01T00:00:00Z", /^created_before: /],
    ["limit=0", /^limit: must be a whole number from 1 to 100$/],
    ["limit=101", /^limit: /],
    ["after=x", /^after: must be the number/],
    ["limit=1&limit=2", /^limit: /],
    ["unknown=1&limit=x", /unknown: is not a known property.*limit: |limit: .*unknown: /],
  ])("refuses ?%s and names the field", async (query, message) => {
    expect(errorOf(await get(`?${query}`))).toMatchObject({ status: 400, message: expect.stringMatching(message) });
  });
});

describe("GET /operator/dead-letters/{dead_letter_id}", () => {
  test("shows a letter with its message", async () => {
    const id = await poison();
    const { status, json } = await get(`/${id}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ dead_letter_id: id, body: "poison", state: "OPEN", resolved_by: null });
    expectSchema("DeadLetter", json);
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(Object.keys(openApiDocument.components.schemas.DeadLetter.properties)),
    );
    expect(Object.keys(json)).toHaveLength(
      Object.keys(openApiDocument.components.schemas.DeadLetter.properties).length,
    );
  });

  test("answers no column that only the next version knows, in a list neither: a migration runs before its deploy", async () => {
    const id = await poison();
    const before = [(await get(`/${id}`)).json, (await get("")).json];
    await sql`alter table dead_letters add internal_note text default 'for us alone'`.execute(api.database.db);
    try {
      expect([(await get(`/${id}`)).json, (await get("")).json]).toEqual(before);
    } finally {
      await sql`alter table dead_letters drop internal_note`.execute(api.database.db);
    }
  });

  test.each([
    ["999999", 404],
    ["x", 400],
    ["0", 400],
    ["9".repeat(30), 400],
    ["%ff", 400],
  ])("answers %s with %i", async (id, status) => expect(errorOf(await get(`/${id}`)).status).toBe(status));
});

describe("POST /operator/dead-letters/redrive", () => {
  test("sends the gifts of the given letters again, and the database and the log say who did it", async () => {
    const [gift, poisonId] = [await deadGift(), await poison()];
    const { status, json } = await post("/redrive", { ids: [gift.letterId, poisonId, "999999", gift.letterId] });
    const rows = await rowsOf(api.database.db, gift.id);
    expect(status).toBe(200);
    expect(json).toEqual({
      dry_run: false,
      selected: 3,
      changed: 1,
      results: [
        { dead_letter_id: gift.letterId, outcome: "redriven", request_id: rows.gift?.request_id },
        { dead_letter_id: poisonId, outcome: "not_failed" },
        { dead_letter_id: "999999", outcome: "not_found" },
      ],
    });
    expectSchema("DeadLetterChanges", json);
    expect(rows).toMatchObject({
      gift: { status: "QUEUED" },
      deadLetters: [{ state: "REDRIVEN", resolved_by: audit() }],
      outbox: [expect.anything()],
    });
    expect(rows.sendRequests.map((request) => request.redriven_by)).toContain(audit());
    expect(api.lines.filter(({ event }) => event === "dead_letter.redriven")).toMatchObject([
      { operator: audit(), dead_letter_id: gift.letterId, request_id: rows.gift?.request_id },
    ]);
  });

  test("twice is harmless", async () => {
    const gift = await deadGift();
    await post("/redrive", { ids: [gift.letterId] });
    const before = await everything(api.database.db);
    expect((await post("/redrive", { ids: [gift.letterId] })).json).toMatchObject({
      changed: 0,
      results: [{ outcome: "resolved_before" }],
    });
    expect(await everything(api.database.db)).toEqual(before);
  });

  test("by filter takes the oldest open ones, at most the limit, and spreads them out", async () => {
    const gifts = [await deadGift(), await deadGift(), await deadGift(), await deadGift()];
    await poison();
    const { json } = await post("/redrive", { filter: { error_code: "PROVIDER_REFUSED" }, limit: 3 });
    expect(json).toMatchObject({ selected: 3, changed: 3 });
    const letters = (await everything(api.database.db)).deadLetters;
    expect(letters.map(({ state }) => state)).toEqual(["REDRIVEN", "REDRIVEN", "REDRIVEN", "OPEN", "OPEN"]);
    expect((await rowsOf(api.database.db, gifts[3]?.id ?? "")).gift?.status).toBe("FAILED");
    const times = letters.slice(0, 3).map((letter) => Number(letter.resolved_at));
    // Three at 50 a second take 40 ms; timers may be a few early.
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(30);
  });

  test("as a dry run tells what would become of each, changes nothing and is no audit's business", async () => {
    const [gift, poisonId] = [await deadGift(), await poison()];
    const before = await everything(api.database.db);
    expect((await post("/redrive", { filter: {}, dry_run: true })).json).toEqual({
      dry_run: true,
      selected: 2,
      changed: 1,
      results: [
        { dead_letter_id: gift.letterId, outcome: "redriven" },
        { dead_letter_id: poisonId, outcome: "not_failed" },
      ],
    });
    expect(await everything(api.database.db)).toEqual(before);
    expect(api.lines).toEqual([]);
  });
});

test("POST /operator/dead-letters/discard closes letters, leaves their gifts alone, and says who did it", async () => {
  const gift = await deadGift();
  const { json } = await post("/discard", { ids: [gift.letterId] });
  expect(json).toEqual({
    ...{ dry_run: false, selected: 1, changed: 1 },
    results: [{ dead_letter_id: gift.letterId, outcome: "discarded" }],
  });
  expect(await rowsOf(api.database.db, gift.id)).toMatchObject({
    gift: { status: "FAILED" },
    deadLetters: [{ state: "DISCARDED", resolved_by: audit() }],
  });
  expect(api.lines).toMatchObject([{ event: "dead_letter.discarded", operator: audit() }]);
});

describe.each(["/redrive", "/discard"])("POST /operator/dead-letters%s refuses", (path) => {
  test.each([
    ["nothing chosen", {}, /^body: must be an object with either ids or a filter$/],
    ["ids and a filter", { ids: ["1"], filter: {} }, /^body: must be an object with either/],
    ["a limit of ids", { ids: ["1"], limit: 1 }, /^limit: has a meaning with a filter only$/],
    ["no ids", { ids: [] }, /^ids: must be 1 to 100 ids$/],
    ["101 ids", { ids: Array.from({ length: 101 }, (_, index) => String(index + 1)) }, /^ids: /],
    ["ids that are numbers", { ids: [1] }, /^ids\/0: must be the number of a dead letter, as text$/],
    ["a filter that doesn't exist", { filter: { state: "OPEN" } }, /^filter\/state: is not a known property$/],
    ["a mistyped dry run", { filter: {}, dryrun: true }, /^dryrun: is not a known property$/],
    ["a dry run that is a text", { filter: {}, dry_run: "true" }, /^dry_run: must be true or false$/],
    ["too many at once", { filter: {}, limit: 101 }, /^limit: must be an integer from 1 to 100$/],
  ])("%s, and changes nothing", async (_name, body, message) => {
    const gift = await deadGift();
    const answer = await post(path, body);
    expect(errorOf(answer)).toMatchObject({ status: 400, message: expect.stringMatching(message) });
    expect((await rowsOf(api.database.db, gift.id)).deadLetters).toMatchObject([{ state: "OPEN" }]);
  });
});
