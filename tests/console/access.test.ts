import { request as rawRequest } from "node:http";
import { Access } from "@gift/console/access/access";
import { AttemptLimit } from "@gift/console/access/attempt-limit";
import { isLoopback, isLoopbackHost } from "@gift/console/access/loopback";
import { Sessions, sessionSeconds } from "@gift/console/access/session";
import { readConfig } from "@gift/console/config";
import { TooManyAttemptsError } from "@gift/console/page-error";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadMessage, giftIn } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { type RunningConsole, runConsole } from "./console.ts";
import { textOf } from "./page-text.ts";

const own = useTestDatabase();
const key = "k".repeat(40);
let sqs: SqsServer;

beforeAll(async () => {
  sqs = await startSqs();
  await recordDeadLetter(own.db, deadMessage((await giftIn(own.db, "FAILED")).body));
});
afterAll(() => sqs.close());

const keyed = () => runConsole(own.connection, sqs, { key });

async function signIn(page: RunningConsole, given: string, headers: Record<string, string> = {}) {
  const answer = await page.post(
    "/sign-in",
    [
      ["by", "ann"],
      ["key", given],
    ],
    headers,
  );
  const cookie = answer.headers.get("set-cookie") ?? "";
  return { ...answer, cookie, sent: { cookie: cookie.split(";")[0] ?? "" } };
}

describe("with a key", () => {
  test("nothing but the sign-in page and its style is shown to a stranger", async () => {
    const page = await keyed();
    for (const path of [
      "/",
      "/gifts?status=FAILED",
      "/dead-letters",
      "/search?q=x",
      "/dead-letters/redrive?id=1",
      "/nowhere",
    ]) {
      const { status, headers, text } = await page.get(path);
      expect([status, headers.get("location")], path).toEqual([303, "/sign-in"]);
      expect(text).toBe("");
    }
    expect((await page.get("/stream", { accept: "text/event-stream" })).status).toBe(401);
    expect((await page.post("/dead-letters/redrive", [["id", "1"]])).status).toBe(401);
    expect((await page.get("/sign-in")).status).toBe(200);
    expect((await page.get("/assets/page.css")).status).toBe(200);
  });

  test("the right one opens a session in a cookie that scripts and other sites don't get; signing out ends it", async () => {
    const page = await keyed();
    const { status, cookie, sent } = await signIn(page, key);
    expect(status).toBe(303);
    expect(cookie).toMatch(/^gift_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect((await page.get("/", sent)).status).toBe(200);
    const token = await page.token(sent);
    expect((await page.get("/dead-letters/redrive?id=1", sent)).text).toContain('name="by" value="ann"');
    expect((await page.post("/sign-out", [["token", "wrong"]], sent)).status).toBe(403);
    expect((await page.post("/sign-out", [["token", token]], sent)).status).toBe(303);
    expect((await page.get("/", sent)).status).toBe(303);
  });

  test("the cookie is for TLS only once a proxy says that there is TLS", async () => {
    const page = await keyed();
    const { cookie } = await signIn(page, key, { "x-forwarded-proto": "https" });
    expect(cookie).toContain("; Secure");
  });

  test("a session's token is of no use to another session", async () => {
    const page = await keyed();
    const [ann, bob] = [await signIn(page, key), await signIn(page, key)];
    const stolen = await page.token(ann.sent);
    const fields: [string, string][] = [
      ["token", stolen],
      ["by", "bob"],
      ["id", "1"],
    ];
    expect((await page.post("/dead-letters/discard", fields, bob.sent)).status).toBe(403);
  });

  test("a wrong one is refused, told to nobody and logged; after five no more are looked at for a while", async () => {
    const page = await keyed();
    const wrong = `${key.slice(1)}x`;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { status, text, cookie } = await signIn(page, wrong);
      expect([status, cookie]).toEqual([401, ""]);
      expect(textOf(text)).toContain("That is not the key.");
      expect(text).not.toContain(wrong);
    }
    const late = await signIn(page, key);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await page.get("/", { authorization: `Bearer ${key}` })).status).toBe(429);
    expect(page.log.of("console.sign_in_refused")).toHaveLength(5);
    expect(JSON.stringify(page.log.all())).not.toContain(key.slice(1));
  });

  test("a sign-in form of another site is refused", async () => {
    expect((await signIn(await keyed(), key, { origin: "https://evil.example" })).status).toBe(403);
  });

  test("a program may send the key itself, and needs no token, which protects browsers", async () => {
    const page = await keyed();
    const bearer = { authorization: `Bearer ${key}` };
    expect((await page.get("/", bearer)).status).toBe(200);
    const answer = await page.post(
      "/dead-letters/redrive",
      [
        ["by", "cron"],
        ["id", "999"],
      ],
      bearer,
    );
    expect(textOf(answer.text)).toContain("not_found");
    const refused = await page.get("/", { authorization: "Bearer wrong" });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([303, null]);
    expect(
      (await page.get("/stream", { authorization: "Bearer wrong", accept: "*/*" })).headers.get("www-authenticate"),
    ).toBe("Bearer");
  });
});

describe("without a key", () => {
  /** fetch doesn't let a test choose the Host header. */
  const statusFor = (origin: string, host: string) =>
    new Promise<number>((resolve, reject) => {
      rawRequest(origin, { headers: { host } }, (res) => resolve(res.resume().statusCode ?? 0))
        .on("error", reject)
        .end();
    });

  test("another site's name that resolves to this machine gets nothing", async () => {
    const { origin } = await runConsole(own.connection, sqs);
    const { port } = new URL(origin);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
      expect(await statusFor(origin, host), host).toBe(200);
    for (const host of [`evil.example:${port}`, "127.0.0.1.evil.example", "localhost.evil.example"])
      expect(await statusFor(origin, host), host).toBe(403);
  });

  test.each([
    ["127.0.0.1", true],
    ["LOCALHOST", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["10.0.0.7", false],
    ["127.0.0.1.evil.example", false],
  ])("%s is loopback: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  test("a missing or malformed Host is no loopback", () => {
    for (const header of [null, "", "a b", ":::"]) expect(isLoopbackHost(header)).toBe(false);
  });
});

describe("the configuration", () => {
  const resources = {
    App: { name: "gift", stage: "test" },
    Database: { host: "h", port: 1, database: "d", username: "gift_app", auth: "iam" },
    GiftQueueConsumer: { url: "http://q/gift" },
    GiftDeadLettersConsumer: { url: "http://q/dead" },
  };

  test("is safe without a word: this machine only, port 3001", () => {
    const config = readConfig({}, resources);
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 3001,
      key: undefined,
      stage: "test",
      queueUrl: "http://q/gift",
    });
    expect(config.operator).not.toBe("");
    expect(readConfig({ OPERATOR: "olga" }, resources).operator).toBe("olga");
  });

  test("takes the operator's database before the services'", () => {
    const operator = { ...resources.Database, username: "gift_ops" };
    expect(readConfig({}, { ...resources, DatabaseOperator: operator }).database.username).toBe("gift_ops");
    expect(readConfig({}, resources).database.username).toBe("gift_app");
  });

  test.each(["0.0.0.0", "::", "10.0.0.7", "console.internal"])(
    "HOST=%s without a key is refused in a sentence",
    (host) => {
      expect(() => readConfig({ HOST: host }, resources)).toThrow(
        /^CONSOLE_KEY is missing: on .* can be reached from elsewhere/,
      );
      expect(readConfig({ HOST: host, CONSOLE_KEY: key }, resources)).toMatchObject({ host, key });
    },
  );

  test("a short key is refused everywhere, and not repeated", () => {
    expect(() => readConfig({ CONSOLE_KEY: "hunter2" }, resources)).toThrow(
      "CONSOLE_KEY has 7 characters: give it at least 32",
    );
    expect(() => readConfig({ CONSOLE_KEY: "hunter2" }, resources)).toThrow(expect.not.stringContaining("hunter2"));
  });
});

describe("limits", () => {
  test("wrong keys count per address and over all, until the window is over", () => {
    const limit = new AttemptLimit({ perAddress: 2, overall: 3, windowSeconds: 60 });
    limit.failed("a", 0);
    expect(limit.waitSeconds("a", 1_000)).toBe(0);
    limit.failed("a", 1_000);
    expect(limit.waitSeconds("a", 1_000)).toBe(59);
    expect(limit.waitSeconds("b", 1_000)).toBe(0);
    limit.failed("b", 2_000);
    expect(limit.waitSeconds("c", 2_000)).toBe(58);
    expect(limit.waitSeconds("a", 60_000)).toBe(0);
  });

  test("the right key is not looked at either while its address has to wait", () => {
    const access = new Access(
      { key, operator: "olga" },
      new AttemptLimit({ perAddress: 0, overall: 9, windowSeconds: 60 }),
    );
    const request = new Request("http://h/", { headers: { authorization: `Bearer ${key}` } });
    expect(() => access.admit(request, "a")).toThrow(TooManyAttemptsError);
  });

  test("a session ends after its time, and the oldest when there are too many", () => {
    const sessions = new Sessions();
    const first = sessions.start("ann", 0);
    expect(sessions.find(first.id, sessionSeconds * 1_000 - 1)).toEqual(first);
    expect(sessions.find(first.id, sessionSeconds * 1_000)).toBeUndefined();
    const second = sessions.start("bob", 0);
    for (let index = 0; index < 1_000; index += 1) sessions.start("more", 0);
    expect(sessions.find(second.id, 1)).toBeUndefined();
  });
});
