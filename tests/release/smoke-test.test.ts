import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "@gift/local/free-port";
import { closedTest, smokeTest } from "@gift/release/smoke-test";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createSystem } from "../journey/system.ts";
import { linkTo, runOps } from "../ops/run-ops.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { runRelease } from "./run-release.ts";

describe("against the running system", () => {
  const database = useTestDatabase();
  let sqs: SqsServer;
  beforeAll(async () => {
    sqs = await startSqs();
  });
  afterAll(() => sqs.close());

  test("it creates a gift, sends it, and ends when the gift is SENT", async () => {
    const system = await createSystem(database.connection, sqs);
    await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
    const run = await runRelease(["smoke", `${system.apiUrl}/`]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const [, giftId] = /^gift (\S+) SENT after \d+ ms at http:\/\/127/.exec(run.stdout) ?? [];
    const gifts = await database.db.selectFrom("gifts").select(["id", "status"]).execute();
    expect(gifts).toEqual([{ id: giftId, status: "SENT" }]);
  });

  test("it fails when no worker sends, saying where the gift is", async () => {
    const system = await createSystem(database.connection, sqs);
    await system.startApi();
    await expect(smokeTest({ url: system.apiUrl, deadlineSeconds: 1 })).rejects.toThrow("is still QUEUED");
  });

  test("it waits for an API that doesn't answer yet", async () => {
    const system = await createSystem(database.connection, sqs);
    const waiting = smokeTest({ url: system.apiUrl, deadlineSeconds: 20 });
    await Promise.all([system.startApi(), system.startWorker("gift")]);
    expect(await waiting).toMatchObject({ giftId: expect.any(String) });
  });
});

describe("against a stage that asks for keys", () => {
  const database = useTestDatabase();
  let sqs: SqsServer;
  beforeAll(async () => {
    sqs = await startSqs();
  });
  afterAll(() => sqs.close());

  test("without one it finds the API ready and closed", async () => {
    const system = await createSystem(database.connection, sqs);
    await system.startApi({ AUTH: "api-key" });
    await closedTest({ url: system.apiUrl, deadlineSeconds: 1 });
    await expect(smokeTest({ url: system.apiUrl, deadlineSeconds: 1 })).rejects.toThrow("POST /gifts answered 401");
  });

  test("with a key that the operator made here and created there, its gift is SENT", async () => {
    const system = await createSystem(database.connection, sqs);
    await Promise.all([system.startApi({ AUTH: "api-key" }), system.startWorker("gift,outbox,dead-letters")]);
    const generated = (await runOps(["keys", "generate", "--json"], {})).json() as { key: string; verifier: string };
    const words = ["keys", "create", "--client", "smoke-test", "--verifier", generated.verifier];
    expect(await runOps(words, linkTo(database.connection))).toMatchObject({ code: 0 });
    const run = await runRelease(["smoke", system.apiUrl], { API_KEY: generated.key });
    expect(run).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining(" SENT after ") });
    const gifts = await database.db.selectFrom("gifts").select(["client_id", "status"]).execute();
    expect(gifts).toEqual([{ client_id: "smoke-test", status: "SENT" }]);
  });

  test("an API that lets everybody in fails it", async () => {
    const system = await createSystem(database.connection, sqs);
    await system.startApi();
    await expect(closedTest({ url: system.apiUrl, deadlineSeconds: 1 })).rejects.toThrow("POST /gifts answered 201");
  });
});

describe("against an API that is wrong", () => {
  type Answer = readonly [status: number, body: unknown];

  /** A server that answers each path as told, to see what the smoke test makes of it. */
  async function wrongApi(answers: Record<string, Answer>): Promise<{ url: string; authorizations: Set<string> }> {
    const authorizations = new Set<string>();
    const server = createServer((req: IncomingMessage, res: ServerResponse) => {
      authorizations.add(req.headers.authorization ?? "none");
      const [status, body] = answers[`${req.method} ${req.url}`] ?? [404, {}];
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authorizations };
  }

  const right = {
    "GET /readyz": [200, { status: "ready" }],
    "POST /gifts": [201, { gift_id: "1" }],
    "POST /gifts/1/send": [200, {}],
    "GET /gifts/1": [200, { status: "SENT", last_error: null }],
  } as const;

  test.each<[string, Record<string, Answer>, string]>([
    ["is not ready", { "GET /readyz": [503, { reason: "schema" }] }, 'GET /readyz answered 503: {"reason":"schema"}'],
    ["wants a key", { "POST /gifts": [401, { error: "key" }] }, 'POST /gifts answered 401: {"error":"key"}'],
    ["answers something else", { "POST /gifts": [201, { id: 1 }] }, "the created gift is not usable: gift_id"],
    ["refuses the send", { "POST /gifts/1/send": [409, {}] }, "POST /gifts/1/send answered 409"],
    ["fails the gift", { "GET /gifts/1": [200, { status: "FAILED", last_error: "no" }] }, "gift 1 is FAILED: no"],
  ])("one that %s fails it, in a sentence that says what was answered", async (_, wrong, sentence) => {
    const { url } = await wrongApi({ ...right, ...wrong });
    await expect(smokeTest({ url, deadlineSeconds: 0 })).rejects.toThrow(sentence);
  });

  test("one that nobody answers for fails it at the deadline", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(smokeTest({ url, deadlineSeconds: 0 })).rejects.toThrow(
      "GET /readyz answered nothing: connect ECONNREFUSED",
    );
  });

  test("what it waits for is told, on standard error", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const sentences: string[] = [];
    const onWaiting = (sentence: string) => void sentences.push(sentence);
    await expect(smokeTest({ url, deadlineSeconds: 1, onWaiting })).rejects.toThrow("GET /readyz answered nothing");
    expect(sentences).toEqual([expect.stringMatching(/^GET \/readyz answered nothing: connect ECONNREFUSED/)]);
  });

  test.each([
    [["smoke", "notaurl"], '"notaurl" is no http or https URL\n'],
    [["smoke", "ftp://127.0.0.1"], '"ftp://127.0.0.1" is no http or https URL\n'],
  ])("%j is wrong usage, and said at once", async (words, stderr) => {
    expect(await runRelease(words)).toMatchObject({ code: 2, stdout: "", stderr });
  });

  test("the key of API_KEY goes with every call, and an empty one with none", async () => {
    const api = await wrongApi(right);
    expect(await runRelease(["smoke", api.url], { API_KEY: "secret" })).toMatchObject({ code: 0 });
    expect([...api.authorizations]).toEqual(["Bearer secret"]);
    api.authorizations.clear();
    expect(await runRelease(["smoke", api.url], { API_KEY: "" })).toMatchObject({ code: 0 });
    expect([...api.authorizations]).toEqual(["none"]);
  });
});
