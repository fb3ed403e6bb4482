import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { createApp } from "@gift/api/app";
import { listen } from "@gift/api/http/server";
import { createGift } from "@gift/core/gift/create";
import { findGift } from "@gift/core/gift/find";
import { fleet } from "@gift/fleet/fleet";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { answerOf, errorOf } from "./api.ts";
import { lastBody, openConnection } from "./http.ts";

const database = useTestDatabase();
const lines: string[] = [];
const log = (event: string) => void lines.push(event);
let server: Awaited<ReturnType<typeof listen>>;
const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;
const connection = () => openConnection(server.port);
const head = (...headerLines: string[]) => `${headerLines.join("\r\n")}\r\n\r\n`;
const healthz = head("GET /healthz HTTP/1.1", "host: api");

beforeAll(async () => {
  const app = createApp({
    ...{ db: database.db, dispatcher: { add: () => undefined }, log },
    ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
  });
  server = await listen(app, { host: "127.0.0.1", port: 0, log, requestTimeoutMilliseconds: 500 });
});
afterAll(() => server.close(1_000));
afterEach(() => {
  expect(lines.filter((event) => event === "http.failed")).toEqual([]);
});

describe("through a real socket", () => {
  test("a gift is created, sent, replayed and read", async () => {
    const created = await fetch(url("/gifts"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount: 5, message: "🎁" }),
    });
    expect(created.status).toBe(201);
    const path = created.headers.get("location") ?? "";
    const send = () => fetch(url(`${path}/send`), { method: "POST", headers: { "idempotency-key": "key-1" } });
    const [first, replay] = [await answerOf(await send()), await answerOf(await send())];
    expect([first.status, replay.status, replay.text]).toEqual([202, 200, first.text]);
    expect((await answerOf(await fetch(url(path)))).json).toMatchObject({ message: "🎁", status: "QUEUED" });
  });

  test.each([
    ["POST", "/gifts", { "content-type": "application/json" }, "{", 400],
    ["POST", "/gifts", { "content-type": "text/plain" }, "{}", 415],
    ["POST", "/gifts", { "content-type": "application/json" }, "{}", 400],
    ["DELETE", "/gifts", {}, undefined, 404],
  ])("%s %s answers errors with the error body", async (method, path, headers, body, status) => {
    const answer = await answerOf(await fetch(url(path), { method, headers, ...(body !== undefined && { body }) }));
    expect(errorOf(answer).status).toBe(status);
    expect(answer.headers.get("content-length")).toBe(String(Buffer.byteLength(answer.text)));
  });
});

test.each<[string, Record<string, string>, Uint8Array<ArrayBuffer>, string]>([
  [
    "a compressed body",
    { "content-type": "application/json", "content-encoding": "gzip" },
    gzipSync('{"amount":1}'),
    "the body must be sent without content-encoding",
  ],
  [
    "a picture",
    { "content-type": "image/png" },
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
    "the body must be sent with content-type: application/json",
  ],
])("%s is a 415, and no 400 that calls it no UTF-8", async (_name, headers, body, message) => {
  const answer = await answerOf(await fetch(url("/gifts"), { method: "POST", headers, body }));
  expect(errorOf(answer)).toEqual({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE", message });
});

test("a connection is kept for longer than the load balancer uses it", async () => {
  const { headers } = await fetch(url("/healthz"));
  const [, seconds] = /^timeout=(\d+)$/.exec(headers.get("keep-alive") ?? "") ?? [];
  // The least that a load balancer's last request needs to get here before we close.
  expect(Number(seconds)).toBeGreaterThan(fleet.services.api.loadBalancerIdleSeconds + 1);
});

describe("a body over 16 KiB", () => {
  test("that says so is refused before it is sent, and the connection can be used again", async () => {
    const client = await connection();
    client.write(head("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "content-length: 20000"));
    expect(await client.until('"}}')).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"PAYLOAD_TOO_LARGE"/);
    client.write("x".repeat(20_000) + healthz);
    expect(await client.until('{"status":"ok"}')).toMatch(/HTTP\/1.1 200 OK/);
    client.socket.destroy();
  });

  test("that arrives in chunks is refused at the limit, and the connection can be used again", async () => {
    const client = await connection();
    client.write(
      head("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "transfer-encoding: chunked"),
    );
    const chunk = `1000\r\n${"x".repeat(4_096)}\r\n`;
    client.write(chunk.repeat(5));
    expect(await client.until('"}}')).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"PAYLOAD_TOO_LARGE"/);
    client.write(`${chunk.repeat(5)}0\r\n\r\n${healthz}`);
    expect(await client.until('{"status":"ok"}')).toMatch(/HTTP\/1.1 200 OK/);
    client.socket.destroy();
  });

  test("that never ends is cut off by the request timeout", async () => {
    const client = await connection();
    client.write(
      head("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "transfer-encoding: chunked"),
    );
    const pump = setInterval(() => client.write(`1000\r\n${"x".repeat(4_096)}\r\n`), 10);
    const received = await client.closed();
    clearInterval(pump);
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
  });

  test("sent by an ordinary client is answered, not reset", async () => {
    const send = () =>
      fetch(url("/gifts"), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "x".repeat(5_000_000),
      });
    for (let round = 0; round < 5; round += 1) expect(errorOf(await answerOf(await send())).status).toBe(413);
  });
});

describe("connections above the bound", () => {
  test("are closed unread, and those below it go on", async () => {
    const small = await listen(
      { fetch: () => new Response("here") },
      { host: "127.0.0.1", port: 0, log, maxConnections: 2 },
    );
    const [first, second] = [await openConnection(small.port), await openConnection(small.port)];
    expect(await (await openConnection(small.port)).closed()).toBe("");
    second.write(head("GET / HTTP/1.1", "host: api"));
    expect(await second.until("here")).toMatch(/^HTTP\/1.1 200/);
    const gone = once(first.socket, "close");
    first.socket.destroy();
    await gone;
    await vi.waitFor(async () => {
      const third = await openConnection(small.port);
      third.write(head("GET / HTTP/1.1", "host: api"));
      expect(await third.until("here")).toMatch(/^HTTP\/1.1 200/);
      third.socket.destroy();
    }, 5_000);
    second.socket.destroy();
    await small.close(1_000);
  });

  test("a request with more than 100 headers is a 413 with the error body", async () => {
    const client = await connection();
    const many = Array.from({ length: 150 }, (_, index) => `x-${index}: y`);
    client.write(head("GET /healthz HTTP/1.1", "host: api", ...many));
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1.1 413 /);
    expect(lastBody(received)).toMatchObject({ error: { message: expect.stringContaining("or more than 100") } });
  });
});

describe("a body that is no UTF-8", () => {
  const post = (...parts: (string | readonly number[])[]) => {
    const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part)));
    const headers = { "content-type": "application/json" };
    return fetch(url("/gifts"), { method: "POST", headers, body: Buffer.concat(bytes) });
  };

  test.each([
    ["a byte that is in no character", [0xff]],
    ["half a character", [0xf0, 0x9f, 0x8e]],
    ["Latin-1", [0xe9]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a character in more bytes than it needs", [0xc0, 0xaf]],
  ])("with %s is a 400 that says so, and nothing is stored", async (_name, bytes) => {
    const before = await database.db.selectFrom("gifts").select("id").execute();
    const answer = await answerOf(await post('{"amount":1,"message":"', bytes, '"}'));
    expect(errorOf(answer)).toEqual({ status: 400, code: "VALIDATION_ERROR", message: "body: must be UTF-8" });
    expect(await database.db.selectFrom("gifts").select("id").execute()).toEqual(before);
  });

  test("is not one with U+FFFD itself, or with any other character", async () => {
    const created = await answerOf(await post('{"amount":1,"message":"\uFFFD é 🎁"}'));
    expect(created.status).toBe(201);
    expect((await answerOf(await fetch(url(`/gifts/${created.json.gift_id}`)))).json.message).toBe("\uFFFD é 🎁");
  });

  test.each([
    [[0x8e, 0x81], "HTTP/1.1 201"],
    [[0x8e], "body: must be UTF-8"],
  ])("is judged as a whole, whatever its pieces: %j makes it %s", async (end, expected) => {
    const chunk = (bytes: Buffer) =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
    const client = await connection();
    client.write(
      head("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "transfer-encoding: chunked"),
    );
    client.socket.write(chunk(Buffer.concat([Buffer.from('{"amount":1,"message":"'), Buffer.from([0xf0, 0x9f])])));
    client.socket.write(chunk(Buffer.concat([Buffer.from(end), Buffer.from('"}')])));
    client.write("0\r\n\r\n");
    expect(await client.until("}")).toContain(expected);
    client.socket.destroy();
  });
});

describe("what is no proper request", () => {
  test.each([
    ["no HTTP at all", "hello\r\n\r\n"],
    ["an invalid header", head("GET /healthz HTTP/1.1", "host: api", "bad header: x")],
    ["two lengths", head("POST /gifts HTTP/1.1", "host: api", "content-length: 1", "content-length: 2")],
    ["no host", head("GET /healthz HTTP/1.1")],
    ["a URL that isn't one", head("GET http://[::1 HTTP/1.1", "host: api")],
    ["a URL of another kind", head("GET ftp://api/gifts HTTP/1.1", "host: api")],
    ["a host that is none", head("GET /healthz/. HTTP/1.1", "host: api:99999")],
    ["a host with a path of its own", head("GET /gifts HTTP/1.1", "host: a/healthz?")],
    ["a path with a detour", head("GET /healthz/../gifts HTTP/1.1", "host: api")],
    ["a path with an escaped detour", head("GET /healthz/.%2E/gifts HTTP/1.1", "host: api")],
    ["a path with backslashes", head("GET /healthz\\..\\gifts HTTP/1.1", "host: api")],
  ])("%s is a 400 with the error body", async (_name, bytes) => {
    const client = await connection();
    client.write(bytes);
    const received = await client.until('"}}');
    expect(received).toMatch(/^HTTP\/1.1 400 /);
    expect(received).toMatch(/content-type: application\/json/i);
    expect(lastBody(received)).toMatchObject({ error: { code: "VALIDATION_ERROR" } });
    client.socket.destroy();
  });

  test("a send whose body breaks is a 400, and the gift isn't sent", async () => {
    const { id } = await createGift(database.db, { amount: 1, message: null });
    const client = await connection();
    const lines = ["host: api", "idempotency-key: key-1", "transfer-encoding: chunked"];
    client.write(`${head(`POST /gifts/${id}/send HTTP/1.1`, ...lines)}zz\r\n`);
    expect(await client.closed()).toMatch(/^HTTP\/1.1 400 /);
    expect((await findGift(database.db, id, "anybody")).status).toBe("CREATED");
  });

  test("an Expect that nobody knows is ignored", async () => {
    const client = await connection();
    client.write(head("GET /healthz HTTP/1.1", "host: api", "expect: a-miracle"));
    expect(await client.until('{"status":"ok"}')).toMatch(/^HTTP\/1.1 200 OK/);
    client.socket.destroy();
  });

  test("headers over 16 KiB are a 413 with the error body", async () => {
    const client = await connection();
    client.write(head("GET /healthz HTTP/1.1", "host: api", `x: ${"x".repeat(17_000)}`));
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1.1 413 /);
    expect(lastBody(received)).toMatchObject({ error: { code: "PAYLOAD_TOO_LARGE" } });
  });

  test.each([
    ["a head", "GET /healthz HTTP/1.1\r\nhost: api\r\n"],
    ["a body", head("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "content-length: 10")],
  ])("%s that never arrives in full is a 400 after the timeout", async (_name, bytes) => {
    const client = await connection();
    client.write(bytes);
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1.1 400 /);
    expect(lastBody(received)).toMatchObject({ error: { message: expect.stringMatching(/must arrive within/) } });
  });

  test("an answer that nobody reads doesn't hold its connection for long", async () => {
    const cancelled = Promise.withResolvers<void>();
    const endless = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => cancelled.resolve(),
      });
    const app = { fetch: () => new Response(endless()) };
    const patient = await listen(app, { host: "127.0.0.1", port: 0, log, idleTimeoutMilliseconds: 300 });
    const client = await openConnection(patient.port);
    client.socket.pause();
    client.write(head("GET /large HTTP/1.1", "host: api"));
    await cancelled.promise;
    client.socket.destroy();
    await patient.close(1_000);
  });

  test("a client that goes away in the middle of a body disturbs nobody", async () => {
    const client = await connection();
    client.write(head("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", "content-length: 10"));
    client.write('{"am');
    client.socket.resetAndDestroy();
    expect((await fetch(url("/healthz"))).status).toBe(200);
  });

  test("HTTP/1.0 without a host is answered", async () => {
    const client = await connection();
    client.write(head("GET /healthz HTTP/1.0"));
    expect(await client.closed()).toMatch(/^HTTP\/1.1 200 OK[\s\S]*{"status":"ok"}$/);
  });
});

test("a port in use is an error that names it", async () => {
  const app = { fetch: () => new Response() };
  await expect(listen(app, { host: "127.0.0.1", port: server.port, log })).rejects.toThrow(
    `EADDRINUSE: address already in use 127.0.0.1:${server.port}`,
  );
});
