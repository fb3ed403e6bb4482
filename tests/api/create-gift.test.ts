import { describe, expect, test } from "vitest";
import { errorOf, useApi } from "./api.ts";

const api = useApi();

describe("POST /gifts creates a gift", () => {
  test("it answers 201 with exactly the four fields, and where the gift is", async () => {
    const answer = await api.create({ amount: 2_500, message: "Happy birthday" });
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.json)).toEqual(["gift_id", "code", "status", "created_at"]);
    expect(answer.json).toMatchObject({
      status: "CREATED",
      created_at: new Date(answer.json.created_at).toISOString(),
    });
    expect(answer.headers.get("location")).toBe(`/gifts/${answer.json.gift_id}`);
    expect(answer.headers.get("content-type")).toBe("application/json");
  });

  test("what was sent is stored as it was sent", async () => {
    const { json } = await api.create({ amount: 2_147_483_647, message: 'a "quoted"\nline' });
    const row = await api.database.db.selectFrom("gifts").selectAll().where("id", "=", json.gift_id).execute();
    expect(row).toMatchObject([
      { amount: 2_147_483_647, message: 'a "quoted"\nline', status: "CREATED", code: json.code },
    ]);
  });

  test("a gift needs no message", async () => {
    const { json } = await api.create({ amount: 1 });
    expect((await api.read(json.gift_id)).json).toMatchObject({ amount: 1, message: null });
  });

  test.each([
    ["500 letters", "x".repeat(500)],
    ["500 emoji, which are 1,000 UTF-16 units", "🎁".repeat(500)],
    ["an empty text", ""],
    ["an ordinary text that only looks like a test value", "test:fail-first-0"],
  ])("a message may be %s", async (_name, message) => {
    const { status, json } = await api.create({ amount: 1, message });
    expect(status).toBe(201);
    expect((await api.read(json.gift_id)).json.message).toBe(message);
  });

  test("500 escaped emoji in a body of 6 KiB are no more than 500 characters", async () => {
    const answer = await api.create(`{"amount":1,"message":"${"\\ud83c\\udf81".repeat(500)}"}`);
    expect(answer.status).toBe(201);
  });

  test.each(["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"])(
    "%s is JSON",
    async (contentType) => {
      expect((await api.create({ amount: 1 }, { "content-type": contentType })).status).toBe(201);
    },
  );

  test("one log line says so, under the request's key when it has one", async () => {
    const { json } = await api.create({ amount: 1 }, { "idempotency-key": "create-1" });
    expect(api.lines).toMatchObject([{ event: "gift.created", gift_id: json.gift_id, request_id: "create-1" }]);
  });

  test("every call creates a gift of its own", async () => {
    const [first, second] = [await api.create({ amount: 1 }), await api.create({ amount: 1 })];
    expect(first?.json.gift_id).not.toBe(second?.json.gift_id);
    expect(first?.json.code).not.toBe(second?.json.code);
  });
});

describe("POST /gifts refuses what is no gift, and names every offending field", () => {
  const invalid: [name: string, body: unknown, message: string | RegExp][] = [
    ["no amount", {}, /^amount: is missing, it must be an integer from 1 to 2147483647$/],
    ["an amount of 0", { amount: 0 }, /^amount: must be an integer from 1 to 2147483647$/],
    ["a negative amount", { amount: -1 }, /^amount: /],
    ["a fraction", { amount: 1.5 }, /^amount: /],
    ["an amount that doesn't fit the column", { amount: 2_147_483_648 }, /^amount: /],
    ["an amount of 1e400", '{"amount":1e400}', /^amount: /],
    ["a number in quotes", { amount: "1" }, /^amount: /],
    ["null as the amount", { amount: null }, /^amount: /],
    ["null as the message", { amount: 1, message: null }, /^message: must be a string/],
    ["501 letters", { amount: 1, message: "x".repeat(501) }, /^message: .* at most 500 characters/],
    ["501 emoji", { amount: 1, message: "🎁".repeat(501) }, /^message: /],
    ["NUL, which Postgres can't store", '{"amount":1,"message":"a\\u0000b"}', /^message: .*NUL/],
    ["half an emoji", '{"amount":1,"message":"\\ud83c"}', /^message: .*surrogates/],
    ["an unknown property", { amount: 1, colour: "red" }, /^colour: is not a known property$/],
    ["__proto__", '{"amount":1,"__proto__":{"amount":2}}', /^__proto__: is not a known property$/],
    ["an array", [], /^body: must be an object/],
    ["a string", '"gift"', /^body: must be an object/],
    ["null", "null", /^body: must be an object/],
    ["8,000 arrays in each other", "[".repeat(8_000) + "]".repeat(8_000), /^body: /],
    [
      "8,000 objects in each other as the amount",
      `{"amount":${'{"a":'.repeat(2_500)}1${"}".repeat(2_500)}}`,
      /^amount: /,
    ],
    [
      "three wrong fields",
      { amount: "x", message: 5, colour: 1 },
      /^colour: is not a known property; amount: must be [^;]*; message: must be [^;]*$/,
    ],
  ];
  test.each(invalid)("%s is a 400", async (_name, body, message) => {
    const answer = await api.create(body);
    expect(errorOf(answer)).toEqual({ status: 400, code: "VALIDATION_ERROR", message: expect.stringMatching(message) });
  });

  test.each(["", "{", '{"amount":1', "amount=1", "{'amount':1}", '{"amount":1}x'])(
    "the malformed JSON %j is a 400 that says so and echoes nothing",
    async (body) => {
      const answer = await api.create(body);
      expect(errorOf(answer)).toEqual({ status: 400, code: "VALIDATION_ERROR", message: "body: must be valid JSON" });
    },
  );

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", "json"])(
    "a body sent as %s is a 415",
    async (contentType) => {
      const answer = await api.create({ amount: 1 }, { "content-type": contentType });
      expect(errorOf(answer)).toMatchObject({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
    },
  );

  test("a compressed body is a 415 that says so, and one that isn't may say that, too", async () => {
    const compressed = await api.create({ amount: 1 }, { "content-encoding": "gzip" });
    expect(errorOf(compressed)).toMatchObject({
      ...{ status: 415, code: "UNSUPPORTED_MEDIA_TYPE", message: "the body must be sent without content-encoding" },
    });
    expect((await api.create({ amount: 1 }, { "content-encoding": "identity" })).status).toBe(201);
  });

  test("no body and no content type is a 415", async () => {
    expect(errorOf(await api.call("POST", "/gifts"))).toMatchObject({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
  });

  test("a body of one byte more than 16 KiB is a 413, one of 16 KiB is not", async () => {
    const body = (bytes: number) => JSON.stringify({ amount: 1 }).padEnd(bytes);
    expect((await api.create(body(16_384))).status).toBe(201);
    const answer = await api.create(body(16_385));
    expect(errorOf(answer)).toMatchObject({
      status: 413,
      code: "PAYLOAD_TOO_LARGE",
      message: expect.stringMatching(/16384/),
    });
  });

  test("bytes are counted, not characters", async () => {
    const answer = await api.create({ amount: 1, message: "🎁".repeat(4_200) });
    expect(errorOf(answer)).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
  });

  test("the error carries the idempotency key when there was one", async () => {
    expect(errorOf(await api.create({}, { "idempotency-key": '"create-1"' })).requestId).toBe("create-1");
    expect(errorOf(await api.create({}, { "idempotency-key": "not valid" }))).not.toHaveProperty("requestId");
  });

  test("nothing is stored and nothing is logged", async () => {
    const count = () => api.database.db.selectFrom("gifts").select("id").execute();
    const before = (await count()).length;
    await api.create({ amount: 0 });
    await api.create("{");
    expect((await count()).length).toBe(before);
    expect(api.lines).toEqual([]);
  });

  test.each(["test:fail-always", "test:fail-first-3", "test:slow-500", "test:permanent"])(
    "the test value %s is a 400 where test values are refused",
    async (message) => {
      const answer = await api.create({ amount: 1, message });
      expect(errorOf(answer)).toEqual({
        status: 400,
        code: "VALIDATION_ERROR",
        message: expect.stringMatching(/^message: is a test value/),
      });
    },
  );
});

describe("where test values are allowed", () => {
  const lenient = useApi({ areTestValuesAllowed: true });

  test("a test value is a message like any other", async () => {
    const { json, status } = await lenient.create({ amount: 1, message: "test:fail-first-3" });
    expect(status).toBe(201);
    expect((await lenient.read(json.gift_id)).json.message).toBe("test:fail-first-3");
  });
});
