import { createApp } from "@gift/api/app";
import { securityHeaders } from "@gift/api/http/security-header";
import { listen } from "@gift/api/http/server";
import { openDatabase } from "@gift/core/database/database";
import { describe, expect, test } from "vitest";
import { type Answer, useApi } from "./api.ts";
import { openConnection } from "./http.ts";

const api = useApi();
const closed = useApi({ authentication: "api-key" });
const id = "00000000-0000-7000-8000-000000000000";

const expectHeaders = ({ headers }: Answer) =>
  expect(Object.fromEntries(Object.keys(securityHeaders).map((name) => [name, headers.get(name)]))).toEqual(
    securityHeaders,
  );

describe("every answer tells browsers what not to do", () => {
  test.each<[string, () => Promise<Answer>, number]>([
    ["a created gift", () => api.create({ amount: 1 }), 201],
    ["a refused body", () => api.create("{"), 400],
    ["an unknown gift", () => api.read(id), 404],
    ["an unknown route", () => api.call("GET", "/nope"), 404],
    ["an alive process", () => api.call("GET", "/healthz"), 200],
    ["a ready process", () => api.call("GET", "/readyz"), 200],
    ["the document", () => api.call("GET", "/openapi.json"), 200],
    ["the head of one", () => api.call("HEAD", "/healthz"), 200],
    ["somebody without a key", () => closed.read(id), 401],
  ])("%s", async (_name, ask, status) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expectHeaders(answer);
  });

  test("the reference page, which alone is a page, may load its own files and is cached for ten minutes", async () => {
    const { headers } = await api.call("GET", "/docs");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("cache-control")).toBe("max-age=600");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  test("what is no request, or fails behind the app, is no exception", async () => {
    const db = openDatabase({
      ...{ host: "127.0.0.1", port: 9, database: "", user: "", maxConnections: 1, applicationName: "nowhere" },
    });
    const app = createApp({
      ...{ db, dispatcher: { add: () => undefined }, log: () => undefined },
      ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
    });
    const server = await listen(app, { host: "127.0.0.1", port: 0, log: () => undefined });
    for (const bytes of [
      "hello\r\n\r\n",
      "GET /healthz HTTP/1.1\r\n\r\n",
      `GET / HTTP/1.1\r\nhost: api\r\nx: ${"x".repeat(17_000)}\r\n\r\n`,
      `GET /gifts/${id} HTTP/1.1\r\nhost: api\r\n\r\n`,
    ]) {
      const client = await openConnection(server.port);
      client.write(bytes);
      const received = await client.until('"}}');
      for (const [name, value] of Object.entries(securityHeaders)) expect(received).toContain(`${name}: ${value}`);
      client.socket.destroy();
    }
    await server.close(1_000);
    await db.destroy();
  });
});

describe("Strict-Transport-Security", () => {
  const over = async (protocol: string | undefined) => {
    const headers = protocol === undefined ? {} : { "x-forwarded-proto": protocol };
    return (await api.call("GET", "/healthz", { headers })).headers.get("strict-transport-security");
  };

  test("is sent where the load balancer was reached over TLS, and nowhere else", async () => {
    expect(await over("https")).toBe("max-age=31536000");
    expect(await over("http")).toBeNull();
    expect(await over(undefined)).toBeNull();
  });
});
