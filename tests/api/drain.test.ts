import { type HttpServer, listen } from "@gift/api/http/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openConnection } from "./http.ts";

const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: api\r\n\r\n`;

/** Answers /slow when it is told to, and everything else at once. */
let server: HttpServer;
let arrived: PromiseWithResolvers<void>;
let finish: () => void;

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000)) });
}

beforeEach(async () => {
  arrived = Promise.withResolvers();
  const released = Promise.withResolvers<Response>();
  finish = () => released.resolve(Response.json({ status: "slow" }));
  const app = {
    fetch(req: Request) {
      if (req.url.endsWith("/endless")) return new Response(endless());
      if (!req.url.endsWith("/slow")) return Response.json({ status: "ok" });
      arrived.resolve();
      return released.promise;
    },
  };
  server = await listen(app, { host: "127.0.0.1", port: 0, log: () => undefined });
});
afterEach(async () => {
  finish();
  await server.close(0);
});

describe("a server that drains", () => {
  test("still takes new connections after the announcement, and asks each client to close", async () => {
    server.announceClose();
    const client = await openConnection(server.port);
    client.write(request("/"));
    expect(await client.closed()).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close[\s\S]*{"status":"ok"}/i);
  });

  test("asks the clients of requests in flight to close, and keeps what it answers them", async () => {
    const client = await openConnection(server.port);
    client.write(request("/slow"));
    await arrived.promise;
    server.announceClose();
    const closed = server.close(10_000);
    finish();
    expect(await client.closed()).toMatch(/connection: close[\s\S]*{"status":"slow"}/i);
    await closed;
  });

  test("goes on for the others when a client leaves in the middle of an answer; a rejection would end the process", async () => {
    server.announceClose();
    const [leaving, other] = [await openConnection(server.port), await openConnection(server.port)];
    leaving.write(request("/endless"));
    await leaving.until("200 OK");
    leaving.socket.destroy();
    other.write(request("/"));
    expect(await other.closed()).toContain('{"status":"ok"}');
    await server.close(10_000);
  });

  test("doesn't ask before it drains", async () => {
    const client = await openConnection(server.port);
    client.write(request("/"));
    expect(await client.until("ok")).toMatch(/connection: keep-alive/i);
    client.socket.destroy();
  });

  test("closes idle and silent connections at once and refuses new ones", async () => {
    const [idle, silent] = [await openConnection(server.port), await openConnection(server.port)];
    idle.write(request("/"));
    await idle.until("ok");
    const before = Date.now();
    await server.close(10_000);
    expect(Date.now() - before).toBeLessThan(1_000);
    await Promise.all([idle.closed(), silent.closed()]);
    await expect(openConnection(server.port)).rejects.toThrow("ECONNREFUSED");
  });

  test.each([
    ["a request that is never answered", request("/slow")],
    ["half a request", "GET / HTTP/1.1\r\nhost: api\r\n"],
  ])("cuts off %s at the deadline, and not before", async (_name, bytes) => {
    const client = await openConnection(server.port);
    client.write(bytes);
    // The server has read them: a connection behind it in the queue is answered.
    const next = await openConnection(server.port);
    next.write(request("/"));
    await next.until("ok");
    const before = performance.now();
    await server.close(300);
    const milliseconds = performance.now() - before;
    expect(milliseconds).toBeGreaterThan(290);
    expect(milliseconds).toBeLessThan(2_000);
    expect(await client.closed()).toBe("");
  });

  test("closing twice is closing once", async () => {
    await Promise.all([server.close(1_000), server.close(1_000)]);
  });
});
