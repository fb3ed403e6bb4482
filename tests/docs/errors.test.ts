import { createApp } from "@gift/api/app";
import { errorStatus } from "@gift/api/error/error-code";
import { openDatabase } from "@gift/core/database/database";
import { describe, expect, test } from "vitest";
import { answerOf, errorOf, useApi } from "../api/api.ts";
import { issueKey } from "../support/api-key.ts";
import { readSources } from "../support/sources.ts";

const page = readSources("docs", ".md").find(({ path }) => path === "docs/errors.md")?.text ?? "";
const documented = Array.from(page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm), ([, code, status]) => [
  code,
  Number(status),
]);

const api = useApi();
const closed = useApi({ authentication: "api-key" });
const unknownId = "00000000-0000-7000-8000-000000000000";

/** One request for each code, through the real app. */
const provocations: Record<keyof typeof errorStatus, () => Promise<ReturnType<typeof errorOf>>> = {
  VALIDATION_ERROR: async () => errorOf(await api.create({})),
  UNAUTHORIZED: async () => errorOf(await closed.read(unknownId)),
  NOT_FOUND: async () => errorOf(await api.read(unknownId)),
  CONFLICT: async () => {
    const giftId = await api.gift();
    await api.send(giftId, "key-1");
    return errorOf(await api.send(giftId, "key-2"));
  },
  PAYLOAD_TOO_LARGE: async () => errorOf(await api.create("x".repeat(20_000))),
  UNSUPPORTED_MEDIA_TYPE: async () => errorOf(await api.create("{}", { "content-type": "text/plain" })),
  RATE_LIMITED: async () => {
    const authorization = `Bearer ${(await issueKey(closed.database.db, { rateLimitPerMinute: 1 })).key}`;
    const read = () => closed.call("GET", `/gifts/${unknownId}`, { headers: { authorization } });
    await read();
    return errorOf(await read());
  },
  INTERNAL_ERROR: () => readFrom({ database: "there_is_no_such_database" }),
  SERVICE_UNAVAILABLE: () => readFrom({ port: 9 }),
};

describe("docs/errors.md", () => {
  test("lists every code of the table with its status, and no code that doesn't exist", () => {
    expect(Object.fromEntries(documented)).toEqual(errorStatus);
    expect(documented).toHaveLength(Object.keys(errorStatus).length);
  });

  test.each(Object.entries(provocations))("%s is answered by the API under its status", async (code, provoke) => {
    expect(await provoke()).toMatchObject({ code, status: errorStatus[code as keyof typeof errorStatus] });
  });

  test("no other code is written anywhere in the API", () => {
    const codes = new Set(Object.keys(errorStatus));
    const written = readSources("packages/api/src", ".ts").flatMap(({ text }) =>
      Array.from(text.matchAll(/code(?:: ErrorCode)? ?[:=] "([A-Z_]+)"/g), ([, code]) => code ?? ""),
    );
    expect(written.length).toBeGreaterThan(4);
    expect(written.filter((code) => !codes.has(code))).toEqual([]);
  });
});

async function readFrom(otherwise: { database?: string; port?: number }) {
  const db = openDatabase({ ...api.database.connection, ...otherwise, maxConnections: 1, applicationName: "errors" });
  const app = createApp({
    ...{ db, dispatcher: { add: () => undefined }, log: () => undefined },
    ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
  });
  const answer = await answerOf(await app.handle(new Request(`http://api.test/gifts/${unknownId}`)));
  await db.destroy();
  return errorOf(answer);
}
