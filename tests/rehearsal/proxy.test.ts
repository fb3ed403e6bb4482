import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import { startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { expect, onTestFinished, test } from "vitest";

async function echo() {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const proxy = await startTcpProxy({ port: typeof address === "object" && address ? address.port : 0 });
  onTestFinished(() => proxy.close());
  return proxy;
}

async function open(port: number) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("passes bytes on, also after it was cut and mended", async () => {
  const proxy = await echo();
  const first = await open(proxy.port);
  first.write("a");
  expect(String((await once(first, "data"))[0])).toBe("a");
  const closed = new Promise((resolve) => first.once("close", resolve));
  await proxy.cut();
  await closed;
  await expect(open(proxy.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await proxy.mend();
  const second = await open(proxy.port);
  second.write("b");
  expect(String((await once(second, "data"))[0])).toBe("b");
});

test("frozen, it accepts and keeps silent; mended, it delivers what waited", async () => {
  const proxy = await echo();
  proxy.freeze();
  const socket = await open(proxy.port);
  let heard = "";
  socket.on("data", (chunk) => {
    heard += String(chunk);
  });
  socket.write("late");
  // A connection made afterwards and answered proves that time enough has passed for the first one.
  const other = await echo();
  const answered = await open(other.port);
  answered.write("x");
  await once(answered, "data");
  expect(heard).toBe("");
  await proxy.mend();
  await expect.poll(() => heard).toBe("late");
});

test("SQS: receives hide for as long as a rehearsal says, everything else passes unchanged", async () => {
  const bodies: { target: string | undefined; body: unknown }[] = [];
  const server = createHttpServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const target = req.headers["x-amz-target"];
    bodies.push({ target: target?.toString(), body: JSON.parse(Buffer.concat(chunks).toString()) });
    res.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const proxy = await startSqsProxy(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
  onTestFinished(() => proxy.close());
  const ask = async (operation: string) => {
    const headers = { "x-amz-target": `AmazonSQS.${operation}` };
    await fetch(proxy.origin, { method: "POST", headers, body: JSON.stringify({ VisibilityTimeout: 30 }) });
    return bodies.at(-1)?.body;
  };
  expect(await ask("ReceiveMessage")).toEqual({ VisibilityTimeout: 30 });
  proxy.hideFor(3);
  expect(await ask("ReceiveMessage")).toEqual({ VisibilityTimeout: 3 });
  expect(await ask("ChangeMessageVisibility")).toEqual({ VisibilityTimeout: 30 });
  proxy.hideFor(undefined);
  expect(await ask("ReceiveMessage")).toEqual({ VisibilityTimeout: 30 });
});

test("half open, the client is told nothing and hears nothing; new connections work", async () => {
  const proxy = await echo();
  const old = await open(proxy.port);
  old.write("a");
  await once(old, "data");
  let heard = "";
  old.on("data", (chunk) => {
    heard += String(chunk);
  });
  proxy.halfOpen();
  old.write("lost");
  const other = await open(proxy.port);
  other.write("b");
  expect(String((await once(other, "data"))[0])).toBe("b");
  expect([old.destroyed, heard]).toEqual([false, ""]);
});

test("slow, everything arrives, later and in its order, also what is sent once it is mended", async () => {
  const proxy = await echo();
  const socket = await open(proxy.port);
  let heard = "";
  socket.on("data", (chunk) => {
    heard += String(chunk);
  });
  const startedAt = performance.now();
  proxy.slow(150);
  socket.write("slow ");
  // Its way there has begun when another connection's first answer is back.
  const other = await open(proxy.port);
  other.write("x");
  await once(other, "data");
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
  socket.write("and ");
  await proxy.mend();
  socket.write("fast");
  await expect.poll(() => heard).toBe("slow and fast");
});
