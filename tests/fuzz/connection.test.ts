import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { lastBody, openConnection } from "../api/http.ts";
import { violationsOf } from "./contract.ts";
import { type FiredAt, isMemoryKnown, residentMebibytes, startFiredAt, storedRows } from "./fired-at.ts";
import { answersIn } from "./wire.ts";

let fired: FiredAt;
beforeAll(async () => {
  fired = await startFiredAt("none");
});
afterAll(() => fired.stop());

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;
const post = (...more: string[]) =>
  lines("POST /gifts HTTP/1.1", "host: api", "content-type: application/json", ...more);
const gift = `${post("content-length: 12")}{"amount":1}`;
const healthz = lines("GET /healthz HTTP/1.1", "host: api");

/** Sends all at once, tells that nothing more comes, and reads to the end. */
async function volley(text: string) {
  const client = await openConnection(fired.api.port);
  client.socket.end(text);
  return answersIn(Buffer.from(await client.closed()));
}

async function expectHealthySoon(): Promise<void> {
  const startedAt = performance.now();
  expect((await fired.api.call("GET", "/healthz")).status).toBe(200);
  expect((await fired.api.call("POST", "/gifts", json('{"amount":1}'))).status).toBe(201);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
}

const json = (body: string) => ({ headers: { "content-type": "application/json" }, body });

describe("pipelined requests", () => {
  test("are all answered, in their order, whatever the ones before them were", async () => {
    const client = await openConnection(fired.api.port);
    const before = await storedRows(fired.database);
    const round = gift + healthz + post("content-length: 1").concat("{") + lines("GET /gifts/x HTTP/1.1", "host: api");
    client.write(round.repeat(25) + lines("GET /nowhere HTTP/1.1", "host: api", "connection: close"));
    const answers = answersIn(Buffer.from(await client.closed()));
    const expected = Array(25).fill([201, 200, 400, 400]).flat();
    expect(answers.map(({ status }) => status)).toEqual([...expected, 404]);
    expect((await storedRows(fired.database)).gifts - before.gifts).toBe(25);
  });

  test("behind one that is no HTTP aren't looked at", async () => {
    const before = await storedRows(fired.database);
    const answers = await volley(`${healthz}\0\0\0\r\n\r\n${gift}`);
    expect(answers.at(-1)?.status).toBe(400);
    expect(await storedRows(fired.database)).toEqual(before);
  });
});

describe("a request that two servers could read differently (smuggling)", () => {
  const chunked = "transfer-encoding: chunked";
  test.each([
    ["a length and chunks", post("content-length: 12", chunked)],
    ["chunks and a length", post(chunked, "content-length: 12")],
    ["two lengths", post("content-length: 12", "content-length: 13")],
    ["a length with a sign", post("content-length: +12")],
    ["a length in a list", post("content-length: 12, 12")],
    ["chunks that aren't the last coding", post("transfer-encoding: chunked, identity")],
    ["an unknown coding", post("transfer-encoding: xchunked")],
    ["a space before the colon", post("transfer-encoding : chunked")],
    ["a folded coding", post("transfer-encoding:\r\n chunked", "content-length: 12")],
    ["a line that ends in LF only", post("x: y\ncontent-length: 12")],
    ["a size that is no number", `${post(chunked)}g\r\n`],
    ["a size beyond any", `${post(chunked)}fffffffffffffffff\r\n`],
    ["a negative size", `${post(chunked)}-1\r\n`],
    ["a size with an endless extension", `${post(chunked)}1;${"x".repeat(20_000)}\r\n`],
    ["a chunk longer than it says", `${post(chunked)}1\r\n{"amount":1}\r\n0\r\n\r\n`],
  ])("with %s is a 400 or a 413, stores nothing, and what is behind it isn't obeyed", async (_name, head) => {
    const before = await storedRows(fired.database);
    const answers = await volley(`${head}{"amount":1}${gift}`);
    expect(answers.filter(({ status }) => status !== 400 && status !== 413)).toEqual([]);
    expect(answers.flatMap((answer) => violationsOf("POST", "/gifts", answer))).toEqual([]);
    expect(await storedRows(fired.database)).toEqual(before);
  });
});

describe("slow senders", () => {
  test("of heads and bodies, a byte a second, are refused after 15 s, and nobody else waits for them", async () => {
    const before = await storedRows(fired.database);
    const texts = [healthz, gift, `${post("transfer-encoding: chunked")}c\r\n{"amount":1}\r\n0\r\n\r\n`];
    const slow = await Promise.all(Array.from({ length: 150 }, (_, index) => drip(texts[index % 3] ?? "")));
    await expectHealthySoon();
    const received = await Promise.all(slow.map((client) => client.closed()));
    for (const client of slow) client.stop();
    for (const text of received) expect(lastBody(text)).toMatchObject({ error: { code: "VALIDATION_ERROR" } });
    expect((await storedRows(fired.database)).gifts).toBe(before.gifts + 1);
  }, 40_000);

  /** Stops 5 bytes before the end, where a whole request would be. */
  async function drip(text: string) {
    const client = await openConnection(fired.api.port);
    let at = 0;
    const timer = setInterval(() => {
      if (at < text.length - 5) client.write(text[at] ?? "");
      at += 1;
    }, 1_000);
    return { ...client, stop: () => clearInterval(timer) };
  }
});

describe("connections without a request", () => {
  /** What each end may open; NaN is "unlimited". */
  const limit =
    Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim()) || Number.POSITIVE_INFINITY;
  /** With room for what else is open. */
  const count = Math.min(10_000, limit - 500);
  /** Four times what a task answers at once: with fewer nothing would be shown. */
  const fewest = 1_000;
  const name =
    count < fewest
      ? `${fewest} of them can't be opened here: the shell allows ${limit} descriptors (ulimit -n)`
      : `${count} of them: others are answered at once${isMemoryKnown ? ", and the memory stays bounded" : ""}`;

  test.skipIf(count < fewest)(
    name,
    async () => {
      const sockets = new Set<Socket>();
      const open = async () => {
        const socket = connect(fired.api.port, "127.0.0.1");
        sockets.add(socket);
        await once(socket, "connect");
      };
      for (let opened = 0; opened < count; opened += 500)
        await Promise.all(Array.from({ length: Math.min(500, count - opened) }, open));
      await expectHealthySoon();
      if (isMemoryKnown) expect(await residentMebibytes(fired.api.pid)).toBeLessThan(600);
      for (const socket of sockets) socket.resetAndDestroy();
      await vi.waitFor(expectHealthySoon, 10_000);
    },
    60_000,
  );
});

test("afterwards the process is ready and has logged no fault", async () => {
  expect((await fired.api.call("GET", "/readyz")).text).toBe('{"status":"ready"}');
  expect(fired.api.logs.filter(({ event }) => event === "http.failed")).toEqual([]);
});
