import { setTimeout as pause } from "node:timers/promises";
import type { Authentication } from "@gift/api/access/authentication";
import { createApp } from "@gift/api/app";
import { operationOf } from "@gift/api/http/operation";
import { type FetchHandler, listen } from "@gift/api/http/server";
import { openApiDocument } from "@gift/api/openapi/document";
import { connectMetrics } from "@gift/telemetry/measure";
import { metricTags } from "@gift/telemetry/metric-tag";
import { describe, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { useMetrics } from "../support/metric.ts";
import { openConnection } from "./http.ts";

const database = useTestDatabase();
const metrics = useMetrics();
const poll = { timeout: 5_000, interval: 5 };
const unknownId = "00000000-0000-7000-8000-000000000000";
const log = () => undefined;

function appWith(authentication: Authentication = "none") {
  return createApp({
    ...{ db: database.db, dispatcher: { add: () => undefined }, log },
    ...{ authentication, areTestValuesAllowed: false, whyNotReady: async () => undefined },
  });
}

/** A server for the length of a test. */
async function serve(app: FetchHandler = appWith(), requestTimeoutMilliseconds = 300) {
  const server = await listen(app, { host: "127.0.0.1", port: 0, log, requestTimeoutMilliseconds });
  onTestFinished(() => server.close(100));
  const request = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, method });
    await response.arrayBuffer();
    return response.status;
  };
  return { request, connect: () => openConnection(server.port) };
}

const responses = () => metrics.of("gift.http.responses").map(({ tags }) => tags);

/** A response is measured when its connection has got it, which may be after its client has. */
async function expectResponses(...expected: { operation: string; status_class: string }[]) {
  await expect.poll(() => responses().length, poll).toBe(expected.length);
  expect(responses()).toMatchObject(expected);
}

const json = { headers: { "content-type": "application/json" } };

describe("an answered request", () => {
  test.each([
    ["POST", "/gifts", { ...json, body: '{"amount":1}' }, "createGift", "2xx"],
    ["POST", "/gifts", { ...json, body: "{" }, "createGift", "4xx"],
    ["POST", "/gifts", { ...json, body: "x".repeat(20_000) }, "createGift", "4xx"],
    ["GET", `/gifts/${unknownId}?a=b`, {}, "getGift", "4xx"],
    ["GET", "/gifts/no-uuid", {}, "getGift", "4xx"],
    ["POST", `/gifts/${unknownId}/send`, {}, "sendGift", "4xx"],
    ["GET", "/openapi.json", {}, "document", "2xx"],
    ["GET", "/docs/page.css", {}, "document", "2xx"],
    ["DELETE", "/gifts", {}, "unknown", "4xx"],
    ["GET", "/wp-login.php", {}, "unknown", "4xx"],
    ["POST", "/healthz", {}, "unknown", "4xx"],
  ])("%s %s is one count and one duration of its operation", async (method, path, init, operation, status_class) => {
    const { request } = await serve();
    await request(method, path, init);
    await expectResponses({ operation, status_class });
    const [duration, ...more] = metrics.of("gift.http.duration");
    expect(duration).toMatchObject({ tags: { operation, status_class } });
    expect(duration?.value).toBeGreaterThan(0);
    expect(duration?.value).toBeLessThan(5);
    expect(more).toEqual([]);
  });

  test("that was refused for want of a key counts for the operation that it asked for", async () => {
    const { request } = await serve(appWith("api-key"));
    expect(await request("POST", "/gifts", { ...json, body: '{"amount":1}' })).toBe(401);
    await expectResponses({ operation: "createGift", status_class: "4xx" });
  });

  test("whose app failed to answer is a 5xx", async () => {
    const { request } = await serve({ fetch: () => Promise.reject(new Error("no answer")) });
    expect(await request("GET", `/gifts/${unknownId}`)).toBe(500);
    await expectResponses({ operation: "getGift", status_class: "5xx" });
  });

  test("is fast under 300 ms and not above, and its duration is in seconds", async () => {
    const { request } = await serve({
      fetch: async ({ url }) => {
        if (url.endsWith("/send")) await pause(320);
        return new Response();
      },
    });
    await request("POST", "/gifts", { body: "" });
    await request("POST", "/gifts/1/send", { body: "" });
    await expectResponses(
      { operation: "createGift", status_class: "2xx", ...{ is_fast: "true" } },
      { operation: "sendGift", status_class: "2xx", ...{ is_fast: "false" } },
    );
    const [quick = 0, slow = 0] = metrics.of("gift.http.duration").map(({ value }) => value);
    expect(quick).toBeLessThan(0.3);
    expect(slow).toBeGreaterThan(0.3);
    expect(slow).toBeLessThan(3);
  });

  test("is counted once each on a connection that is used again", async () => {
    const { connect } = await serve();
    const client = await connect();
    client.write("GET /nowhere HTTP/1.1\r\nhost: api\r\n\r\nGET /gifts/1 HTTP/1.1\r\nhost: api\r\n\r\n");
    await client.until("gift_id: must be a UUID");
    client.socket.destroy();
    await expectResponses({ operation: "unknown", status_class: "4xx" }, { operation: "getGift", status_class: "4xx" });
  });
});

describe("health checks", () => {
  test("are not counted: a load balancer's would drown the clients'", async () => {
    const { request } = await serve();
    await request("GET", "/healthz");
    await request("GET", "/readyz");
    await request("GET", `/gifts/${unknownId}`);
    await expectResponses({ operation: "getGift", status_class: "4xx" });
  });
});

describe("what no app answered", () => {
  test("bytes that are no request are counted, not timed", async () => {
    const { connect } = await serve();
    const client = await connect();
    client.write("hello\r\n\r\n");
    expect(await client.closed()).toMatch(/^HTTP\/1.1 400/);
    await expectResponses({ operation: "unknown", status_class: "4xx" });
    expect(metrics.of("gift.http.duration")).toEqual([]);
  });

  test("a head without a host is refused under its operation", async () => {
    const { connect } = await serve();
    const client = await connect();
    client.write("POST /gifts HTTP/1.1\r\n\r\n");
    await client.until("Host: is missing");
    client.socket.destroy();
    await expectResponses({ operation: "createGift", status_class: "4xx" });
  });

  test("a body that doesn't arrive in time is one refusal of its operation", async () => {
    const { connect } = await serve();
    const client = await connect();
    const head = ["POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "content-length: 9"];
    client.write(`${head.join("\r\n")}\r\n\r\n{`);
    expect(await client.closed()).toMatch(/^HTTP\/1.1 400[\s\S]*must arrive within/);
    await expectResponses({ operation: "createGift", status_class: "4xx" });
    expect(metrics.of("gift.http.duration")).toHaveLength(1);
  });

  test("a client that leaves before its answer is counted, with how long it waited", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const asked = Promise.withResolvers<void>();
    const { connect } = await serve({
      fetch: () => {
        asked.resolve();
        return promise;
      },
    });
    const client = await connect();
    client.write(`GET /gifts/${unknownId} HTTP/1.1\r\nhost: api\r\n\r\n`);
    await asked.promise;
    client.socket.destroy();
    await expectResponses({ operation: "getGift", status_class: "none" });
    resolve(new Response());
    expect(metrics.of("gift.http.duration")).toHaveLength(1);
  });
});

test("while nobody listens nothing is measured", async () => {
  connectMetrics(undefined);
  const { request } = await serve();
  expect(await request("GET", `/gifts/${unknownId}`)).toBe(404);
  expect(metrics.points).toEqual([]);
});

describe("operations", () => {
  const operations = Object.values(openApiDocument.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );

  test("every route of the app has one, and it is the document's; health checks have none", () => {
    const found = appWith().routes.map(({ method, path }) => operationOf(method, path.replace(/:\w+/g, "x")));
    expect(found).not.toContain("unknown");
    const health = ["healthz", "readyz"];
    expect(new Set(found)).toEqual(
      new Set([undefined, "document", ...operations.filter((operation) => !health.includes(operation))]),
    );
  });

  test.each([
    ["POST", "/gifts/", "createGift"],
    ["POST", "http://api.test/gifts?x=/healthz", "createGift"],
    ["GET", "/gifts/a/b", "unknown"],
    ["GET", "/gifts//send", "unknown"],
    ["post", "/gifts", "unknown"],
    ["GET", "/docs/a/b", "unknown"],
    ["OPTIONS", "*", "unknown"],
    ["GET", "", "unknown"],
    ["GET", "/healthz?x", undefined],
    ["GET", "/%2e%2e/gifts", "unknown"],
  ])("%s %s is %s", (method, url, operation) => {
    expect(operationOf(method, url)).toBe(operation);
  });

  test("every status is in one of the classes that the tag lists", () => {
    expect(metricTags.status_class.values).toEqual(["2xx", "3xx", "4xx", "5xx", "none"]);
  });
});
