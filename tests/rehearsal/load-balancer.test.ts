import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type Answered, type LoadBalancer, startLoadBalancer } from "@gift/rehearsal/system/load-balancer";
import { until } from "@gift/rehearsal/until";
import { expect, onTestFinished, test } from "vitest";

/** Quick checks: a target is healthy after some 20 ms, and unhealthy after ten failed ones. */
const intervalMilliseconds = 10;

async function balancer(): Promise<LoadBalancer & { answers: Answered[] }> {
  const started = await startLoadBalancer(intervalMilliseconds);
  onTestFinished(() => started.close());
  const answers: Answered[] = [];
  started.onAnswered((answered) => answers.push(answered));
  return { ...started, answers };
}

async function target(handle: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer((req, res) => (req.url === "/readyz" ? res.end("{}") : handle(req, res)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address ? address.port : 0 };
}

test("passes requests and answers on, and counts them as the target's", async () => {
  const lb = await balancer();
  const { port } = await target((req, res) => {
    res.writeHead(201, { "x-path": req.url });
    req.pipe(res);
  });
  await lb.register(port).healthy;
  const answer = await fetch(`${lb.url}/gifts?a=1`, { method: "POST", body: "hello" });
  expect([answer.status, answer.headers.get("x-path"), await answer.text()]).toEqual([201, "/gifts?a=1", "hello"]);
  expect(lb.answers).toEqual([{ status: 201, by: "target", milliseconds: expect.any(Number) }]);
});

test("answers 502 itself when the target is gone, and 503 without any", async () => {
  const lb = await balancer();
  expect((await fetch(lb.url)).status).toBe(503);
  const { port, server } = await target((_, res) => void res.end());
  await lb.register(port).healthy;
  server.close();
  server.closeAllConnections();
  expect((await fetch(lb.url)).status).toBe(502);
  expect(lb.answers.map(({ by }) => by)).toEqual(["load balancer", "load balancer"]);
});

test("a target that isn't ready any more gets no request while another one is; with none, all get them", async () => {
  const lb = await balancer();
  const bad = await target((_, res) => void res.end("bad"));
  const good = await target((_, res) => void res.end("good"));
  await Promise.all([lb.register(bad.port).healthy, lb.register(good.port).healthy]);
  bad.server.removeAllListeners("request");
  bad.server.on("request", (_, res) => void res.writeHead(503).end("bad"));
  await until("one healthy target", () => lb.healthyTargets() === 1);
  const texts = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(lb.url)).text()));
  expect(new Set(texts)).toEqual(new Set(["good"]));
  good.server.removeAllListeners("request");
  good.server.on("request", (_, res) => void res.writeHead(503).end("good"));
  await until("no healthy target", () => lb.healthyTargets() === 0);
  expect((await fetch(lb.url)).status).toBe(503);
});

test("a target that leaves finishes what it has in hand and gets nothing new", async () => {
  const lb = await balancer();
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const slow = await target((_, res) => {
    arrived.resolve();
    void held.promise.then(() => res.end("slow"));
  });
  const leaving = lb.register(slow.port);
  await leaving.healthy;
  const inHand = fetch(lb.url).then((res) => res.text());
  await arrived.promise;
  let isGone = false;
  const gone = leaving.deregister().then(() => {
    isGone = true;
  });
  expect((await fetch(lb.url)).status).toBe(503);
  expect(isGone).toBe(false);
  held.resolve();
  expect(await inHand).toBe("slow");
  await gone;
});

test("a client that has gone away before its answer holds up no target that leaves", async () => {
  const lb = await balancer();
  const arrived = Promise.withResolvers<void>();
  const silent = await target(() => arrived.resolve());
  const leaving = lb.register(silent.port);
  await leaving.healthy;
  const client = new AbortController();
  const asked = fetch(lb.url, { signal: client.signal });
  await arrived.promise;
  client.abort();
  await expect(asked).rejects.toThrow("aborted");
  await leaving.deregister();
  expect(lb.answers).toEqual([]);
});
