import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createHttpHandler } from "@gift/queue/client/http-handler";
import { afterEach, expect, test } from "vitest";

const servers: Server[] = [];
const handlers: ReturnType<typeof createHttpHandler>[] = [];
afterEach(() => {
  for (const handler of handlers.splice(0)) handler.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer(accept).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function createHandler() {
  const timeouts = { connectionTimeoutMilliseconds: 1_000, requestTimeoutMilliseconds: 1_000 };
  const handler = createHttpHandler({ ...timeouts, maxSockets: 4 });
  handlers.push(handler);
  return handler;
}

const request = { protocol: "http:", hostname: "127.0.0.1", method: "POST", path: "/", headers: {}, body: "{}" };

test("an https endpoint is spoken to in TLS", async () => {
  const first = Promise.withResolvers<number | undefined>();
  const port = await listen((socket) => {
    socket.once("data", (bytes) => {
      first.resolve(bytes[0]);
      socket.destroy();
    });
  });
  await expect(createHandler().handle({ ...request, protocol: "https:", port })).rejects.toThrow();
  const handshake = 0x16;
  expect(await first.promise).toBe(handshake);
});

test("a server that doesn't listen is refused at once, by the code that the SDK repeats", async () => {
  const port = await listen(() => undefined);
  const [server] = servers.splice(0);
  server?.close();
  await expect(createHandler().handle({ ...request, port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("an answer that stops in its middle is a timeout, too", async () => {
  const port = await listen((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"));
  await expect(createHandler().handle({ ...request, port })).rejects.toMatchObject({ name: "TimeoutError" });
});

test("an answer in many pieces is put together", async () => {
  const port = await listen((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.write("3\r\none\r\n", () => socket.write("3\r\ntwo\r\n0\r\n\r\n"));
  });
  const { response } = await createHandler().handle({ ...request, port });
  expect(response).toMatchObject({ statusCode: 200, reason: "OK" });
  expect(response.body.toString()).toBe("onetwo");
});

test("an abort ends the request", async () => {
  const port = await listen(() => undefined);
  const controller = new AbortController();
  const call = createHandler().handle({ ...request, port }, { abortSignal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
});
