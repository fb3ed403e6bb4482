import { createApp } from "@gift/api/app";
import { describe, expect, test } from "vitest";
import { answerOf, errorOf, useApi } from "./api.ts";

const api = useApi();
const unknownId = "00000000-0000-7000-8000-000000000000";

describe("what is not there", () => {
  test.each([
    ["GET", "/"],
    ["GET", "/nope"],
    ["GET", "/gifts"],
    ["DELETE", "/gifts"],
    ["PUT", `/gifts/${unknownId}`],
    ["GET", `/gifts/${unknownId}/send`],
    ["POST", "/healthz"],
    ["OPTIONS", "/gifts"],
    ["GET", "/docs/nope.js"],
    ["GET", "/docs/..%2f..%2fpackage.json"],
    ["GET", "//"],
  ])("%s %s is a 404 with the error body", async (method, path) => {
    expect(errorOf(await api.call(method, path))).toEqual({
      status: 404,
      code: "NOT_FOUND",
      message: "there is no such route",
    });
    expect(api.lines).toEqual([]);
  });

  test("the error carries the idempotency key when there was a valid one", async () => {
    const answer = await api.call("GET", "/nope", { headers: { "idempotency-key": '"key-1"' } });
    expect(errorOf(answer).requestId).toBe("key-1");
  });

  test("a short host name doesn't change what the path is", async () => {
    const giftId = await api.gift();
    const app = createApp({
      ...{ db: api.database.db, dispatcher: { add: () => undefined }, log: () => undefined },
      ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
    });
    expect((await app.handle(new Request(`http://a/gifts/${giftId}`))).status).toBe(200);
  });
});

describe("a body that announces more than 16 KiB", () => {
  test.each(["/gifts", `/gifts/${unknownId}/send`, "/nope"])("is a 413 at POST %s before it is read", async (path) => {
    const headers = { "content-type": "application/json", "content-length": "16385" };
    expect(errorOf(await api.call("POST", path, { headers }))).toMatchObject({
      status: 413,
      code: "PAYLOAD_TOO_LARGE",
    });
  });
});

describe("an unexpected error", () => {
  test("is a 500 that echoes nothing, and is logged with its cause and both ids", async () => {
    const lines: [event: string, fields: object | undefined][] = [];
    const app = createApp({
      db: api.database.db,
      dispatcher: {
        add() {
          throw new Error("password=secret", { cause: new Error("the root of it") });
        },
      },
      log: (event, fields) => void lines.push([event, fields]),
      authentication: "none" as const,
      areTestValuesAllowed: false,
      whyNotReady: async () => undefined,
    });
    const giftId = await api.gift();
    const answer = await answerOf(
      await app.handle(
        new Request(`http://api.test/gifts/${giftId}/send`, {
          method: "POST",
          headers: { "idempotency-key": "key-1" },
        }),
      ),
    );
    expect(errorOf(answer)).toEqual({
      status: 500,
      code: "INTERNAL_ERROR",
      message: expect.not.stringMatching(/secret|root/),
      requestId: "key-1",
    });
    expect(lines.at(-1)).toEqual([
      "http.failed",
      expect.objectContaining({
        gift_id: giftId,
        request_id: "key-1",
        http_method: "POST",
        http_path: `/gifts/${giftId}/send`,
        error_message: "password=secret: the root of it",
        error_stack: expect.stringContaining("error.test.ts"),
      }),
    ]);
  });
});
