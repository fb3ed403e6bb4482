import { connect, createServer, type Socket } from "node:net";
import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { deadMessage, everything, giftIn, rowsOf } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();
const ops = (...words: string[]) => runOps(["dead-letters", ...words], linkTo(own.connection));

beforeEach(() => sql`truncate dead_letters, outbox`.execute(own.db));

async function deadGift() {
  const gift = await giftIn(own.db, "FAILED");
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const [letterId = ""] = await listDeadLetterIds(own.db, { giftId: gift.id });
  return { ...gift, letterId };
}

async function poison(): Promise<string> {
  await recordDeadLetter(own.db, deadMessage("poison \u001b[31m"));
  return (await listDeadLetterIds(own.db, { errorCode: "UNPARSABLE_MESSAGE" })).at(-1) ?? "";
}

const states = async () => (await everything(own.db)).deadLetters.map((letter) => letter.state);

async function listed(...words: string[]): Promise<string[]> {
  const document = (await ops("list", "--json", ...words)).json() as { dead_letters: { dead_letter_id: string }[] };
  return document.dead_letters.map((letter) => letter.dead_letter_id);
}

test("list shows the open letters, or those in a state, oldest first", async () => {
  const gift = await deadGift();
  const poisonId = await poison();
  expect(await listed()).toEqual([gift.letterId, poisonId]);
  expect(await listed("--limit", "1")).toEqual([gift.letterId]);
  await ops("discard", poisonId, "--yes");
  expect(await listed()).toEqual([gift.letterId]);
  expect(await listed("--state", "DISCARDED")).toEqual([poisonId]);
  const table = await ops("list", "--state", "ANY");
  for (const word of ["dead_letter_id", gift.letterId, gift.id, "OPEN", "PROVIDER_REFUSED: no", "DISCARDED"])
    expect(table.stdout).toContain(word);
});

test("list filters by gift, by code, by fingerprint, and by time in any zone", async () => {
  const gift = await deadGift();
  const poisonId = await poison();
  await sql`update dead_letters set created_at = '2026-01-31T08:00:00Z' where id = ${poisonId}`.execute(own.db);
  expect(await listed("--gift", gift.id)).toEqual([gift.letterId]);
  expect(await listed("--error-code", "UNPARSABLE_MESSAGE")).toEqual([poisonId]);
  const fingerprint = (await everything(own.db)).deadLetters.at(-1)?.error_fingerprint ?? "";
  expect(await listed("--fingerprint", fingerprint)).toEqual([poisonId]);
  expect((await ops("list")).stdout).toContain(fingerprint);
  expect(await ops("list", "--fingerprint", "nonsense")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--fingerprint "nonsense" is not twelve digits'),
  });
  expect(await listed("--since", "2026-01-31", "--until", "2026-01-31T10:00:00+01:00")).toEqual([poisonId]);
  expect(await listed("--until", "2026-01-31T09:00:00+01:00")).toEqual([]);
});

test("show prints one letter with its message, whose control characters stay text", async () => {
  const id = await poison();
  const json = await ops("show", id, "--json");
  expect(json.json()).toEqual({
    dead_letter: {
      dead_letter_id: id,
      message_id: expect.any(String),
      queue: "gift-dead-letters",
      body: "poison \u001b[31m",
      attributes: {},
      receive_count: 1,
      gift_id: null,
      request_id: null,
      error: "UNPARSABLE_MESSAGE: the body is not a send message",
      error_fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      state: "OPEN",
      redrive_request_id: null,
      resolved_by: null,
      resolved_at: null,
      created_at: expect.stringMatching(/Z$/),
    },
  });
  const table = await ops("show", id);
  expect(table.stdout).toContain("poison \\u001b[31m");
  expect(table.stdout).not.toContain("\u001b");
  expect(await ops("show", "999999")).toMatchObject({ code: 1, stderr: "there is no dead letter 999999\n" });
});

test("redrive sends the gifts of the given letters again and says what became of each", async () => {
  const [first, second] = [await deadGift(), await deadGift()];
  const finished = await ops("redrive", first.letterId, second.letterId, "--operator", "olga", "--json");
  const requestOf = async (gift: { id: string }) => (await rowsOf(own.db, gift.id)).gift?.request_id;
  expect(finished.code).toBe(0);
  expect(finished.json()).toEqual({
    dry_run: false,
    selected: 2,
    redriven: 2,
    results: [
      { dead_letter_id: first.letterId, outcome: "redriven", request_id: await requestOf(first) },
      { dead_letter_id: second.letterId, outcome: "redriven", request_id: await requestOf(second) },
    ],
  });
  const rows = await everything(own.db);
  expect(rows.outbox).toHaveLength(2);
  expect(rows.deadLetters).toMatchObject([{ resolved_by: "olga" }, { resolved_by: "olga" }]);
});

test("redrive fails when any of its letters could not be redriven, and still does the others", async () => {
  const [gift, other] = [await deadGift(), await deadGift()];
  const poisonId = await poison();
  await ops("redrive", other.letterId);
  const finished = await ops("redrive", other.letterId, poisonId, "999999", gift.letterId, "--json");
  expect(finished.code).toBe(1);
  expect(finished.json()).toMatchObject({
    redriven: 1,
    results: [
      { dead_letter_id: other.letterId, outcome: "resolved_before" },
      { dead_letter_id: poisonId, outcome: "not_failed" },
      { dead_letter_id: "999999", outcome: "not_found" },
      { dead_letter_id: gift.letterId, outcome: "redriven" },
    ],
  });
});

test("redrive --all takes the open letters that match, oldest first, and at most the limit", async () => {
  const gifts = [await deadGift(), await deadGift(), await deadGift()];
  await poison();
  const finished = await ops("redrive", "--all", "--error-code", "PROVIDER_REFUSED", "--limit", "2");
  expect(finished.code).toBe(0);
  expect(finished.stdout).toContain("2 of 2 redriven");
  expect(finished.stderr).toContain("2/2");
  expect(await states()).toEqual(["REDRIVEN", "REDRIVEN", "OPEN", "OPEN"]);
  expect((await rowsOf(own.db, gifts[2]?.id ?? "")).gift?.status).toBe("FAILED");
});

test("redrive --all that matches nothing is a failure that says so", async () => {
  expect(await ops("redrive", "--all")).toMatchObject({ code: 1, stdout: "no dead letter matches\n" });
  expect((await ops("redrive", "--all", "--json")).json()).toEqual({
    dry_run: false,
    selected: 0,
    redriven: 0,
    results: [],
  });
});

test("a dry run prints what each letter's outcome would be and changes nothing", async () => {
  const gift = await deadGift();
  const poisonId = await poison();
  const before = await everything(own.db);
  const redrive = await ops("redrive", "--all", "--dry-run", "--json");
  expect(redrive.code).toBe(1);
  expect(redrive.json()).toEqual({
    dry_run: true,
    selected: 2,
    redriven: 1,
    results: [
      { dead_letter_id: gift.letterId, outcome: "redriven" },
      { dead_letter_id: poisonId, outcome: "not_failed" },
    ],
  });
  const discard = await ops("discard", "--all", "--dry-run");
  expect(discard).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("2 of 2 would be discarded; nothing was changed"),
  });
  expect(await everything(own.db)).toEqual(before);
});

test("a rate spreads the redrives out", async () => {
  const letters = [await deadGift(), await deadGift(), await deadGift(), await deadGift()];
  await ops("redrive", ...letters.map((letter) => letter.letterId), "--rate", "5");
  const times = (await everything(own.db)).deadLetters.map((letter) => Number(letter.resolved_at));
  // Four at 5 a second take 0.6 s; without a rate they take a few milliseconds.
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300);
});

test("discard with --yes closes letters and leaves their gifts alone", async () => {
  const gift = await deadGift();
  const poisonId = await poison();
  const finished = await ops("discard", "--all", "--yes", "--operator", "otto");
  expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining("2 of 2 discarded") });
  const rows = await everything(own.db);
  expect(rows.deadLetters).toMatchObject([
    { state: "DISCARDED", resolved_by: "otto" },
    { state: "DISCARDED", resolved_by: "otto" },
  ]);
  expect((await rowsOf(own.db, gift.id)).gift?.status).toBe("FAILED");
  const again = await ops("discard", poisonId, "999999", "--yes", "--json");
  expect(again.code).toBe(1);
  expect(again.json()).toMatchObject({ results: [{ outcome: "resolved_before" }, { outcome: "not_found" }] });
});

/** A way to the database that can be cut. */
async function cuttable(target: { host: string; port: number }) {
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(target.port, target.host);
    for (const socket of [incoming, outgoing]) sockets.add(socket.on("error", () => {}));
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    host: "127.0.0.1",
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test("a database that goes away in the middle: what was done is printed, and the exit code says why it stopped", async () => {
  const letters = [await deadGift(), await deadGift(), await deadGift()];
  const { cut, ...way } = await cuttable(own.connection);
  // It can only wait for the second letter once it has heard that the first is committed.
  const trx = await own.db.startTransaction().execute();
  await sql`select from dead_letters where id = ${letters[1]?.letterId} for update`.execute(trx);
  const words = ["dead-letters", "redrive", ...letters.map((letter) => letter.letterId), "--json"];
  const running = runOps(words, linkTo({ ...own.connection, ...way }));
  while (!(await isSomebodyWaiting()));
  cut();
  const finished = await running;
  await trx.rollback().execute();
  expect(finished.code).toBe(3);
  expect(finished.json()).toMatchObject({ selected: 3, redriven: 1 });
  expect(finished.stderr).toContain(`the database at 127.0.0.1:${way.port} can't be reached`);
  expect(await states()).toEqual(["REDRIVEN", "OPEN", "OPEN"]);
});

async function isSomebodyWaiting(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(own.db);
  return rows.length > 0;
}
