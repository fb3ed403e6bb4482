import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createClient } from "@gift/rehearsal/load/client";
import { expect, onTestFinished, test } from "vitest";

/** A server that answers each request with the next of these. */
async function answering(...answers: readonly ((res: ServerResponse) => void)[]) {
  const asked: IncomingMessage[] = [];
  const left = [...answers];
  const server = createServer((req, res) => {
    asked.push(req);
    left.shift()?.(res);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  let retries = 0;
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const client = createClient(url, () => {
    retries += 1;
  });
  return { client, asked, retries: () => retries };
}

const status = (code: number) => (res: ServerResponse) => void res.writeHead(code).end("{}");
const created = (res: ServerResponse) => void res.writeHead(201).end('{"gift_id":"a-gift"}');

test("a send is asked again under the same key, whatever said that it may not have arrived", async () => {
  const { client, asked, retries } = await answering(
    ...[status(503), status(500), status(502), status(429)],
    (res) => void res.destroy(),
    status(202),
  );
  await client.send("a-gift", "a-key");
  expect(retries()).toBe(5);
  expect(new Set(asked.map(({ headers }) => headers["idempotency-key"]))).toEqual(new Set(["a-key"]));
  expect(new Set(asked.map(({ url }) => url))).toEqual(new Set(["/gifts/a-gift/send"]));
});

test("an answer that asking again wouldn't change is an error at once", async () => {
  const { client, retries } = await answering(status(409));
  await expect(client.send("a-gift", "a-key")).rejects.toThrow("the API answered 409");
  expect(retries()).toBe(0);
});

test("a created gift's id is returned, and Retry-After is waited for", async () => {
  const { client } = await answering((res) => void res.writeHead(503, { "retry-after": "1" }).end("{}"), created);
  const startedAt = performance.now();
  expect(await client.create("Happy birthday")).toBe("a-gift");
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);
});
