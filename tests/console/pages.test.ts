import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { createGift } from "@gift/core/gift/create";
import { markFailed } from "@gift/core/gift/mark-failed";
import { requestSend } from "@gift/core/gift/request-send";
import { appendToOutbox } from "@gift/core/outbox/append";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { begun, deadMessage, everything, giftIn, unknownGiftId } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { type RunningConsole, runConsole } from "./console.ts";
import { cellOf, textOf } from "./page-text.ts";

const own = useTestDatabase();
let sqs: SqsServer;
let page: RunningConsole;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
beforeEach(async () => {
  await sql`truncate gifts, send_requests, outbox, send_attempts, dead_letters, requeues restart identity`.execute(
    own.db,
  );
  page = await runConsole(own.connection, sqs);
});

describe("the live page, loaded without a script", () => {
  test("shows what is in the database and in the queues now", async () => {
    for (const status of ["CREATED", "QUEUED", "QUEUED", "SENT", "SENT", "SENT", "FAILED"] as const)
      await giftIn(own.db, status);
    await recordDeadLetter(own.db, deadMessage((await giftIn(own.db, "FAILED")).body));
    await own.db.transaction().execute((trx) => appendToOutbox(trx, { destination: "gift", body: "one" }));
    await sqs.send(page.queueUrl, ["a", "b", "c"]);
    await sqs.send(page.deadLettersUrl, ["d"]);
    const { status, text } = await page.get("/");
    expect(status).toBe(200);
    expect(cellOf(text, "CREATED")).toMatch(/^1 /);
    expect(cellOf(text, "QUEUED")).toMatch(/^2 /);
    expect(cellOf(text, "SENT", 1)).toMatch(/^3 /);
    expect(cellOf(text, "FAILED")).toMatch(/^2 /);
    expect(cellOf(text, "Outbox")).toMatch(/^1 oldest \d+ s$/);
    expect(cellOf(text, "Queue")).toMatch(/^3 waiting 0 in flight, oldest \d+ s$/);
    expect(cellOf(text, "Attempts")).toBe("40 % fail of 5 in 60 s");
    expect(cellOf(text, "Dead letters")).toBe("1 open 1 in the DLQ");
    expect(cellOf(text, "p95 accept → SENT")).toMatch(/^[\d.]+ m?s /);
    expect(textOf(text)).toContain("PROVIDER_REFUSED");
    expect(textOf(text)).toContain("Dead letters are open.");
  });

  test("says that gifts are FAILED which no dead letter stands for, and leads to them", async () => {
    const { id } = await giftIn(own.db, "FAILED");
    // An hour later no attempt has failed lately, and nothing waits.
    await sql`update gifts set updated_at = now() - interval '1 hour'`.execute(own.db);
    await sql`update send_attempts set started_at = now() - interval '1 hour', finished_at = now() - interval '1 hour'`.execute(
      own.db,
    );
    const { text } = await page.get("/");
    expect(textOf(text)).not.toContain("All is well");
    expect(textOf(text)).toContain("Gifts are FAILED without a dead letter.");
    const [, path = ""] = /<a href="([^"]+)">Look at them/.exec(text) ?? [];
    expect((await page.get(path)).text).toContain(id);
  });

  test("says that all is well when it is", async () => {
    const { text } = await page.get("/");
    expect(textOf(text)).toContain("All is well");
    expect(textOf(text)).toContain("No attempt has failed lately.");
    expect(textOf(text)).toContain("No dead letter is open.");
  });
});

describe("a gift's story", () => {
  test("is told in time order, in the words of `ops gift show`", async () => {
    const gift = await giftIn(own.db, "FAILED");
    await recordDeadLetter(own.db, deadMessage(gift.body));
    const { status, text } = await page.get(`/gifts/${gift.id.toUpperCase()}`);
    expect(status).toBe(200);
    const events = Array.from(text.matchAll(/<td class="event">(\w+)</g), (match) => match[1]);
    expect(events).toEqual(["created", "send_requested", "attempt", "dead_lettered"]);
    expect(textOf(text)).toContain("1. FAILED PROVIDER_REFUSED: no (receive 1)");
    expect(text).toContain(`href="/gifts/${gift.id}/redrive"`);
  });

  test("offers no redrive unless the gift is FAILED", async () => {
    const gift = await giftIn(own.db, "SENT");
    expect((await page.get(`/gifts/${gift.id}`)).text).not.toContain("/redrive");
    expect((await page.get(`/gifts/${gift.id}/redrive`)).status).toBe(409);
  });

  test.each([unknownGiftId, "nonsense", "%00"])("of gift %s is a page that says there is none", async (id) => {
    expect((await page.get(`/gifts/${id}`)).status).toBe(404);
  });

  test("keeps what is personal to itself: neither code nor message nor a dead letter's body", async () => {
    const gift = await createGift(own.db, { amount: 5, message: "For my dear Aunt Agatha" });
    const requestId = "key-of-agatha";
    await requestSend(own.db, { giftId: gift.id, owner: "anybody", requestId, leaseSeconds: 30 });
    const attempt = await begun(own.db, { id: gift.id, requestId, body: "" });
    await markFailed(own.db, attempt, { code: "PROVIDER_REFUSED", message: "no" });
    await recordDeadLetter(own.db, deadMessage("the secret body"));
    const paths = [
      "/",
      `/gifts/${gift.id}`,
      `/gifts/${gift.id}/redrive`,
      "/gifts?status=FAILED",
      "/dead-letters",
      "/dead-letters/redrive?id=1",
    ];
    for (const path of [...paths, `/search?q=${requestId}`]) {
      const { text } = await page.get(path);
      for (const secret of [gift.code, "Agatha", "secret body"]) expect(text, path).not.toContain(secret);
    }
  });
});

describe("search", () => {
  test("leads to the gift of an id or of a request id, whatever surrounds it", async () => {
    const gift = await giftIn(own.db, "SENT");
    for (const query of [gift.id, ` ${gift.id.toUpperCase()} `, gift.requestId]) {
      const { status, headers } = await page.get(`/search?q=${encodeURIComponent(query)}`);
      expect([status, headers.get("location")]).toEqual([303, `/gifts/${gift.id}`]);
    }
  });

  test("lists the gifts when a request id was used for several", async () => {
    const gifts = [
      await createGift(own.db, { amount: 1, message: null }),
      await createGift(own.db, { amount: 2, message: null }),
    ];
    for (const { id } of gifts)
      await requestSend(own.db, {
        giftId: id,
        owner: "anybody",
        requestId: "order <1>",
        leaseSeconds: 30,
      }).catch(() => undefined);
    for (const { id } of gifts)
      await requestSend(own.db, { giftId: id, owner: "anybody", requestId: "order-1", leaseSeconds: 30 });
    const { status, text } = await page.get("/search?q=order-1");
    expect(status).toBe(200);
    for (const { id } of gifts) expect(text).toContain(`href="/gifts/${id}"`);
  });

  test.each([unknownGiftId, "no-such-key", "", "two words", "\u0000", "x".repeat(300)])(
    "of %j finds nothing and says so",
    async (query) => {
      const { status, text } = await page.get(`/search?q=${encodeURIComponent(query)}`);
      expect(status).toBe(404);
      expect(textOf(text)).toContain("Nothing found");
    },
  );
});

describe("lists", () => {
  test("the newest gifts of a state", async () => {
    const [failed, sent] = [await giftIn(own.db, "FAILED"), await giftIn(own.db, "SENT")];
    const { text } = await page.get("/gifts?status=FAILED");
    expect(text).toContain(failed.id);
    expect(text).not.toContain(sent.id);
    expect((await page.get("/gifts?status=LOST")).status).toBe(400);
  });

  test("dead letters by state, error code and gift; open ones unless asked otherwise", async () => {
    const gift = await giftIn(own.db, "FAILED");
    await recordDeadLetter(own.db, deadMessage(gift.body));
    await recordDeadLetter(own.db, deadMessage("nonsense"));
    await recordDeadLetter(own.db, deadMessage("more nonsense"));
    await sql`update dead_letters set state = 'DISCARDED', resolved_by = 'ann', resolved_at = now() where id = 3`.execute(
      own.db,
    );
    const ids = async (query: string) => {
      const { text } = await page.get(`/dead-letters${query}`);
      return Array.from(text.matchAll(/<tr><td class="number">(\d+)</g), (match) => match[1]);
    };
    expect(await ids("")).toEqual(["1", "2"]);
    expect(await ids("?state=DISCARDED")).toEqual(["3"]);
    expect(await ids("?state=ANY")).toEqual(["1", "2", "3"]);
    expect(await ids("?error_code=UNPARSABLE_MESSAGE")).toEqual(["2"]);
    expect(await ids(`?gift=${gift.id}`)).toEqual(["1"]);
    expect(await ids("?error_code=&gift=&state=OPEN")).toEqual(["1", "2"]);
  });

  test.each(["?state=GONE", "?error_code=a%25", "?gift=nonsense"])(
    "a malformed filter is refused, not ignored: %s",
    async (query) => {
      expect((await page.get(`/dead-letters${query}`)).status).toBe(400);
      expect((await page.get(`/dead-letters/redrive${query}`)).status).toBe(400);
    },
  );
});

describe("hostile text", () => {
  const script = `<script>alert("1")</script><img src=x onerror='alert(1)'>`;

  test("from a provider, a client or an address stays text on every page", async () => {
    const gift = await createGift(own.db, { amount: 5, message: null });
    const requestId = `<script>key</script>"'`;
    await requestSend(own.db, { giftId: gift.id, owner: "anybody", requestId, leaseSeconds: 30 });
    const first = await begun(own.db, { id: gift.id, requestId, body: "" });
    await recordRetry(own.db, first, { code: `X${script}`, message: script });
    await markFailed(own.db, await begun(own.db, { id: gift.id, requestId, body: "" }), { code: "X", message: script });
    await recordDeadLetter(own.db, deadMessage(JSON.stringify({ gift_id: gift.id, request_id: requestId })));
    await sql`update dead_letters set error = ${`${script}: ${script}`}`.execute(own.db);
    const query = encodeURIComponent(script);
    const paths = [
      "/",
      `/gifts/${gift.id}`,
      `/gifts/${gift.id}/redrive`,
      "/gifts?status=FAILED",
      "/dead-letters",
      `/search?q=${query}`,
    ];
    for (const path of [...paths, `/dead-letters?state=${query}`, `/dead-letters?error_code=${query}`, `/${query}`]) {
      const { text } = await page.get(path);
      expect(text.match(/<script(?! type="module" src="\/assets\/live\.js">)/g), path).toBeNull();
      expect(text, path).not.toContain("<img");
    }
    expect((await page.get(`/gifts/${gift.id}`)).text).toContain("&lt;script&gt;key&lt;/script&gt;&quot;&#39;");
  });
});

test("looking at things changes nothing, not even a GET of what a POST would do", async () => {
  const gift = await giftIn(own.db, "FAILED");
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const before = await everything(own.db);
  const paths = ["/", "/gifts?status=FAILED", `/gifts/${gift.id}`, `/gifts/${gift.id}/redrive?by=ann`, "/dead-letters"];
  for (const path of [...paths, "/dead-letters/redrive?id=1&by=ann", "/dead-letters/discard?id=1&by=ann"])
    expect((await page.get(path)).status, path).toBe(200);
  expect(await everything(own.db)).toEqual(before);
});

test("every answer forbids inline script, framing, sniffing and other hosts; pages aren't kept", async () => {
  for (const path of ["/", "/assets/page.css", "/nowhere", "/gifts/nonsense"]) {
    const { headers } = await page.get(path);
    const policy = headers.get("content-security-policy") ?? "";
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      expect(policy, path).toContain(rule);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
  expect((await page.get("/")).headers.get("cache-control")).toBe("no-store");
});

test("files come with their type and are asked for again; nothing else of the machine is a file", async () => {
  for (const [name, type] of [
    ["page.css", "text/css"],
    ["live.js", "text/javascript"],
    ["uplot.js", "text/javascript"],
    ["icon.svg", "image/svg+xml"],
  ]) {
    const { status, headers } = await page.get(`/assets/${name}`);
    expect([status, headers.get("content-type")], name).toEqual([200, expect.stringContaining(type ?? "")]);
    const etag = headers.get("etag") ?? "";
    expect((await page.get(`/assets/${name}`, { "if-none-match": etag })).status).toBe(304);
  }
  for (const name of ["..%2fasset.ts", "%2e%2e/config.ts", "toString", "page"])
    expect((await page.get(`/assets/${name}`)).status, name).toBe(404);
});
