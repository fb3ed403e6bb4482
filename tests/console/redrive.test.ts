import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { begun, deadMessage, everything, giftIn, rowsOf, type SeededGift } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { type RunningConsole, runConsole } from "./console.ts";
import { textOf } from "./page-text.ts";

const own = useTestDatabase();
let sqs: SqsServer;
let page: RunningConsole;
let token: string;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
beforeEach(async () => {
  await sql`truncate gifts, send_requests, outbox, send_attempts, dead_letters, requeues restart identity`.execute(
    own.db,
  );
  page = await runConsole(own.connection, sqs);
  token = await page.token();
});

/** A FAILED gift with its dead letter; ids count from 1. */
async function deadLetter(): Promise<SeededGift> {
  const gift = await giftIn(own.db, "FAILED");
  await recordDeadLetter(own.db, deadMessage(gift.body));
  return gift;
}

const fields = (...ids: string[]) =>
  [["token", token], ["by", "olga"], ...ids.map((id) => ["id", id] as const)] as [string, string][];

describe("redriving a dead letter", () => {
  test("queues its gift under a new request, writes the outbox and records who did it", async () => {
    const gift = await deadLetter();
    const { status, text } = await page.post("/dead-letters/redrive", fields("1"));
    expect(status).toBe(200);
    expect(textOf(text)).toContain("1 of 1 redriven");
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.gift?.status).toBe("QUEUED");
    expect(rows.deadLetters[0]).toMatchObject({
      state: "REDRIVEN",
      resolved_by: "olga",
      redrive_request_id: rows.gift?.request_id,
    });
    expect(rows.sendRequests).toContainEqual(expect.objectContaining({ redriven_by: "olga" }));
    expect(rows.outbox).toHaveLength(1);
    expect(page.log.of("dead_letter.redriven")).toEqual([
      expect.objectContaining({ operator: "olga", dead_letter_id: "1", request_id: rows.gift?.request_id }),
    ]);
    await begun(own.db, { ...gift, requestId: rows.gift?.request_id ?? "" });
  });

  test("twice changes nothing the second time, and says so", async () => {
    await deadLetter();
    await page.post("/dead-letters/redrive", fields("1"));
    const before = await everything(own.db);
    const { status, text } = await page.post("/dead-letters/redrive", fields("1"));
    expect(status).toBe(200);
    expect(textOf(text)).toContain("0 of 1 redriven");
    expect(textOf(text)).toContain("resolved_before");
    expect(await everything(own.db)).toEqual(before);
  });

  test("twice at the same moment queues the gift once", async () => {
    await deadLetter();
    const both = await Promise.all([1, 2].map(() => page.post("/dead-letters/redrive", fields("1"))));
    const texts = both.map(({ text }) => textOf(text));
    expect(texts.filter((text) => text.includes("1 of 1 redriven"))).toHaveLength(1);
    expect((await everything(own.db)).outbox).toHaveLength(1);
  });

  test("the question says what will happen, names the operator and keeps to what was seen", async () => {
    await deadLetter();
    await recordDeadLetter(own.db, deadMessage("nonsense"));
    const { text } = await page.get("/dead-letters/redrive?state=OPEN");
    expect(textOf(text)).toContain("Redrive 2 dead letters?");
    expect(textOf(text)).toContain("1 gift goes from FAILED to QUEUED under a new request id");
    expect(textOf(text)).toContain("1 can't be redriven");
    expect(text).toContain('name="by" value="olga"');
    await deadLetter();
    const asked = Array.from(text.matchAll(/name="id" value="(\d+)"/g), (match) => match[1] ?? "");
    expect(asked).toEqual(["1", "2"]);
    const { text: answer } = await page.post("/dead-letters/redrive", fields(...asked));
    expect(textOf(answer)).toContain("1 of 2 redriven");
    expect(textOf(answer)).toContain("not_failed");
    const states = await own.db.selectFrom("dead_letters").select("state").orderBy("id").execute();
    expect(states.map(({ state }) => state)).toEqual(["REDRIVEN", "OPEN", "OPEN"]);
  });

  test("a filtered set leaves the others alone", async () => {
    await deadLetter();
    await recordDeadLetter(own.db, deadMessage("nonsense"));
    const { text } = await page.get("/dead-letters/redrive?state=OPEN&error_code=UNPARSABLE_MESSAGE");
    expect(text).toContain('name="id" value="2"');
    expect(text).not.toContain('name="id" value="1"');
    expect((await page.get("/dead-letters/redrive?state=OPEN&error_code=NONE")).status).toBe(400);
  });

  test.each(["", "?state=REDRIVEN", "?state=ANY", "?error_code=PROVIDER_REFUSED"])(
    "or discarding asks nothing of an address that doesn't say which it means: %j",
    async (query) => {
      await deadLetter();
      for (const action of ["redrive", "discard"]) {
        const { status, text } = await page.get(`/dead-letters/${action}${query}`);
        expect(status).toBe(400);
        expect(textOf(text)).toContain("Choose under Dead letters: one, or all open ones of a filter.");
      }
    },
  );

  test("the address that a redrive leaves behind doesn't ask about all", async () => {
    await deadLetter();
    await deadLetter();
    await page.post("/dead-letters/redrive", fields("1"));
    expect((await page.get("/dead-letters/redrive")).status).toBe(400);
    const { text } = await page.get("/dead-letters");
    const links = Array.from(
      text.matchAll(/href="(\/dead-letters\/(?:redrive|discard)[^"]*)"/g),
      ([, link = ""]) => link,
    );
    expect(links).toHaveLength(4);
    for (const link of links) expect((await page.get(link.replaceAll("&amp;", "&"))).status, link).toBe(200);
  });

  test("when Postgres refuses one, what was done and what was not reached is said, and the log has why", async () => {
    for (let count = 0; count < 3; count += 1) await deadLetter();
    await sql`alter table dead_letters add constraint refused check (id <> 2 or state = 'OPEN')`.execute(own.db);
    const { status, text } = await page.post("/dead-letters/redrive", fields("1", "2", "3"));
    await sql`alter table dead_letters drop constraint refused`.execute(own.db);
    expect(status).toBe(200);
    expect(textOf(text)).toContain("1 of 3 redriven");
    expect(textOf(text)).toContain("2 not_reached 3 not_reached");
    expect(page.log.of("http.failed")).toMatchObject([{ dead_letter_id: "2" }]);
    const states = await own.db.selectFrom("dead_letters").select("state").orderBy("id").execute();
    expect(states.map(({ state }) => state)).toEqual(["REDRIVEN", "OPEN", "OPEN"]);
  });

  test("what was deleted meanwhile is reported, and the rest goes on", async () => {
    await deadLetter();
    const { text } = await page.post("/dead-letters/redrive", fields("77", "1"));
    expect(textOf(text)).toContain("77 not_found");
    expect(textOf(text)).toContain("1 of 2 redriven");
  });
});

describe("discarding", () => {
  test("closes the letters, leaves their gifts, and does no more the second time", async () => {
    const gift = await deadLetter();
    const question = await page.get("/dead-letters/discard?id=1");
    expect(textOf(question.text)).toContain("Nothing is sent");
    expect(textOf((await page.post("/dead-letters/discard", fields("1"))).text)).toContain("1 of 1 discarded");
    expect(page.log.of("dead_letter.discarded")).toMatchObject([{ operator: "olga", dead_letter_id: "1" }]);
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.gift?.status).toBe("FAILED");
    expect(rows.deadLetters[0]).toMatchObject({ state: "DISCARDED", resolved_by: "olga" });
    expect(textOf((await page.post("/dead-letters/discard", fields("1"))).text)).toContain("resolved_before");
    expect(textOf((await page.post("/dead-letters/redrive", fields("1"))).text)).toContain("0 of 1 redriven");
  });
});

describe("redriving a gift", () => {
  test("that failed for good without a dead letter leads back to its story", async () => {
    const gift = await giftIn(own.db, "FAILED");
    const question = await page.get(`/gifts/${gift.id}/redrive`);
    expect(textOf(question.text)).toContain("It failed with PROVIDER_REFUSED: no.");
    const { status, headers } = await page.post(`/gifts/${gift.id}/redrive`, fields());
    expect([status, headers.get("location")]).toEqual([303, `/gifts/${gift.id}`]);
    const { request_id, status: isNow } = (await rowsOf(own.db, gift.id)).gift ?? {};
    expect(isNow).toBe("QUEUED");
    expect(page.log.of("gift.redriven")).toMatchObject([{ operator: "olga", gift_id: gift.id, request_id }]);
    expect(page.log.of("dead_letter.redriven")).toEqual([]);
    const again = await page.post(`/gifts/${gift.id}/redrive`, fields());
    expect(again.status).toBe(409);
    expect(textOf(again.text)).toContain("The gift is QUEUED");
  });

  test("closes its open dead letter, and the log says so as for any other redrive of one", async () => {
    const gift = await deadLetter();
    await page.post(`/gifts/${gift.id}/redrive`, fields());
    const { deadLetters } = await rowsOf(own.db, gift.id);
    expect(deadLetters).toMatchObject([{ state: "REDRIVEN", resolved_by: "olga" }]);
    const request = { request_id: deadLetters[0]?.redrive_request_id };
    expect(page.log.of("dead_letter.redriven")).toMatchObject([{ operator: "olga", dead_letter_id: "1", ...request }]);
  });
});

describe("a change that nobody meant is refused, and nothing changes", () => {
  const evil = { origin: "https://evil.example" };
  const attempts: [string, (honest: [string, string][]) => Promise<{ status: number }>, number][] = [
    ["a wrong token", (honest) => page.post("/dead-letters/redrive", [["token", "wrong"], ...honest.slice(1)]), 403],
    ["no token", (honest) => page.post("/dead-letters/redrive", honest.slice(1)), 403],
    ["the right token from another origin", (honest) => page.post("/dead-letters/redrive", honest, evil), 403],
    ["a hidden origin", (honest) => page.post("/dead-letters/redrive", honest, { origin: "null" }), 403],
    [
      "another port's origin",
      (honest) => page.post("/dead-letters/discard", honest, { origin: "http://127.0.0.1:1" }),
      403,
    ],
    [
      "no name for the audit",
      (honest) =>
        page.post(
          "/dead-letters/redrive",
          honest.filter(([name]) => name !== "by"),
        ),
      400,
    ],
    [
      "a name of control characters",
      (honest) => page.post("/dead-letters/redrive", [...honest.filter(([name]) => name !== "by"), ["by", "a\u001bb"]]),
      400,
    ],
    ["no dead letter", (honest) => page.post("/dead-letters/redrive", honest.slice(0, 2)), 400],
    ["an id that is none", (honest) => page.post("/dead-letters/redrive", [...honest, ["id", "1 or 1=1"]]), 400],
    [
      "too many ids",
      (honest) =>
        page.post("/dead-letters/redrive", [
          ...honest,
          ...Array.from({ length: 201 }, (_, id): [string, string] => ["id", `${id + 5}`]),
        ]),
      400,
    ],
    [
      "a body that is too long",
      (honest) => page.post("/dead-letters/redrive", [...honest, ["x", "x".repeat(20_000)]]),
      400,
    ],
    [
      "a body that is no form",
      (honest) => page.post("/dead-letters/redrive", honest, { "content-type": "text/plain" }),
      400,
    ],
  ];

  test.each(attempts)("%s", async (_, attempt, status) => {
    await deadLetter();
    const before = await everything(own.db);
    expect((await attempt(fields("1"))).status).toBe(status);
    expect(await everything(own.db)).toEqual(before);
    expect(page.log.events()).toEqual([]);
  });

  test("a browser that sends no Origin says with Sec-Fetch-Site where the form comes from", async () => {
    await deadLetter();
    const send = (site: string) => {
      const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site };
      const body = new URLSearchParams(fields("1").map(([name, value]): [string, string] => [name, value])).toString();
      return fetch(`${page.origin}/dead-letters/redrive`, { method: "POST", headers, body });
    };
    expect((await send("cross-site")).status).toBe(403);
    expect((await send("same-origin")).status).toBe(200);
  });
});
