import { readConfig } from "@gift/api/config";
import { describe, expect, test } from "vitest";
import { errorOf, useApi } from "./api.ts";

describe("where a stage asks for API keys and none can be issued yet", () => {
  const api = useApi({ authentication: "api-key" });
  const id = "00000000-0000-7000-8000-000000000000";

  test.each([
    ["POST", "/gifts", {}],
    ["POST", `/gifts/${id}/send`, { "idempotency-key": "key-1" }],
    ["GET", `/gifts/${id}`, {}],
    ["GET", "/openapi.json", {}],
    ["GET", "/docs", {}],
    ["GET", "/there-is-no-such-route", {}],
    ["GET", "/gifts/../healthz/", {}],
    ["GET", `/gifts/${id}`, { authorization: "Bearer guessed" }],
  ])("%s %s is a 401 that says how to authenticate, and nothing is read or stored", async (method, path, headers) => {
    const answer = await api.call(method, path, { headers });
    expect(errorOf(answer)).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await api.database.db.selectFrom("gifts").select("id").execute()).toEqual([]);
  });

  test.each(["/healthz", "/readyz"])("%s is open, for load balancers", async (path) => {
    expect((await api.call("GET", path)).status).toBe(200);
  });
});

test("AUTH is none or api-key; anything else is refused in a sentence", () => {
  expect(() => readConfig({ AUTH: "basic" }, {})).toThrow(/AUTH: .*, but it is "basic"/);
});
