import { defaultRateLimitPerMinute } from "@gift/api/access/rate-limit";
import { describe, expect, test } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { errorOf, useApi } from "./api.ts";

const api = useApi({ authentication: "api-key" });
const id = "00000000-0000-7000-8000-000000000000";
const read = (headers: Readonly<Record<string, string>>) => api.call("GET", `/gifts/${id}`, { headers });

describe("a key's rate limit", () => {
  test("is told with every answer, errors and unknown routes included", async () => {
    const { headers } = await issueKey(api.database.db, { rateLimitPerMinute: 100 });
    const answers = [
      await api.create({ amount: 1 }, headers),
      await read(headers),
      await api.create({}, headers),
      await api.call("GET", "/openapi.json", { headers }),
      await api.call("GET", "/docs", { headers }),
      await api.call("GET", "/there-is-no-such-route", { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 404, 400, 200, 200, 404]);
    expect(answers.map((answer) => answer.headers.get("ratelimit-policy"))).toEqual(
      answers.map(() => '"key";q=100;w=60'),
    );
    for (const [index, answer] of answers.entries())
      expect(answer.headers.get("ratelimit")).toMatch(new RegExp(`^"key";r=${99 - index};t=[1-6]$`));
  });

  test("used up is a 429 that says when to come back, and has no effect", async () => {
    const { headers } = await issueKey(api.database.db, { rateLimitPerMinute: 2 });
    for (let request = 0; request < 2; request += 1)
      expect((await api.create({ amount: 7 }, headers)).status).toBe(201);
    const answer = await api.create({ amount: 7 }, { ...headers, "idempotency-key": "key-1" });
    expect(errorOf(answer)).toEqual({
      status: 429,
      code: "RATE_LIMITED",
      message: "this key has used its limit; the next request is allowed in 30 s",
      requestId: "key-1",
    });
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(answer.headers.get("ratelimit")).toBe('"key";r=0;t=60');
    const gifts = await api.database.db.selectFrom("gifts").select("id").where("amount", "=", 7).execute();
    expect(gifts).toHaveLength(2);
  });

  test("is the default where the key has none of its own", async () => {
    const { headers } = await issueKey(api.database.db);
    expect((await read(headers)).headers.get("ratelimit-policy")).toBe(`"key";q=${defaultRateLimitPerMinute};w=60`);
  });

  test("used up by one key is nothing to another of the same client", async () => {
    const [first, second] = [
      await issueKey(api.database.db, { rateLimitPerMinute: 1 }),
      await issueKey(api.database.db, { rateLimitPerMinute: 1 }),
    ];
    expect([await read(first.headers), await read(first.headers)].map(({ status }) => status)).toEqual([404, 429]);
    expect((await read(second.headers)).status).toBe(404);
  });

  test("doesn't count health checks, and tells nothing to whom has no key", async () => {
    const { headers } = await issueKey(api.database.db, { rateLimitPerMinute: 1 });
    for (let request = 0; request < 3; request += 1) {
      const answer = await api.call("GET", "/healthz", { headers });
      expect([answer.status, answer.headers.get("ratelimit")]).toEqual([200, null]);
    }
    expect((await read({})).headers.get("ratelimit")).toBeNull();
    expect((await read(headers)).status).toBe(404);
  });
});
