import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { giftIn } from "./gift-in.ts";

const own = useTestDatabase();
let giftId = "";

beforeAll(async () => {
  giftId = (await giftIn(own.db, "CREATED")).id;
});

const gift = (columns: string, values: string) => `insert into gifts (${columns}) values (${values})`;
const attempt = (columns: string, values: string) =>
  `insert into send_attempts (gift_id, request_id, ${columns}) values (:gift, 'r', ${values})`;
const letter = (columns: string, values: string) =>
  `insert into dead_letters (message_id, queue, body, error, receive_count, ${columns})
   values ('m', 'q', 'b', 'e', 1, ${values})`;
const request = (key: string) =>
  `insert into send_requests (gift_id, request_id, response_body) values (:gift, ${key}, 'b')`;
/** A key that is right but for one column. */
const key = (column: string, value: string) => {
  const right: Record<string, string> = {
    ...{
      prefix: "'abcdefgh'",
      hash: "sha256('')",
      client_id: "'shop'",
      scopes: "array['client']",
      created_by: "'olga'",
    },
  };
  const columns = Object.entries({ ...right, [column]: value });
  const [names, values] = [columns.map(([name]) => name), columns.map(([, text]) => text)];
  return `insert into api_keys (${names.join(", ")}) values (${values.join(", ")})`;
};

/** Constraint → statements that it alone refuses. */
const refused: Record<string, string[]> = {
  gifts_amount_check: [gift("amount", "0"), gift("amount", "-1")],
  gifts_message_check: [gift("amount, message", "1, repeat('🎁', 501)")],
  gifts_status_check: [gift("amount, status, request_id", "1, 'LOST', 'r'")],
  gifts_last_error_check: [gift("amount, last_error", "1, repeat('🎁', 1001)")],
  gifts_request_id_from_queued_on: [
    gift("amount, request_id", "1, 'r'"),
    gift("amount, status", "1, 'QUEUED'"),
    gift("amount, status", "1, 'SENT'"),
  ],
  gifts_failed_says_why: [gift("amount, status, request_id", "1, 'FAILED', 'r'")],
  gifts_sent_has_no_error: [gift("amount, status, request_id, last_error", "1, 'SENT', 'r', 'CODE: why'")],
  send_requests_request_id_check: [request("''"), request("'two words'"), request("'schlüssel'"), request("E'a\\n'")],
  send_attempts_number_check: [attempt("number, receive_count", "0, 1")],
  send_attempts_receive_count_check: [attempt("number, receive_count", "1, 0")],
  send_attempts_outcome_check: [attempt("number, receive_count, finished_at, outcome", "1, 1, now(), 'MAYBE'")],
  send_attempts_finished_has_outcome: [
    attempt("number, receive_count, finished_at", "1, 1, now()"),
    attempt("number, receive_count, outcome, error_code", "1, 1, 'RETRY', 'CODE'"),
  ],
  send_attempts_sent_has_reference: [
    attempt("number, receive_count, finished_at, outcome", "1, 1, now(), 'SENT'"),
    attempt(
      "number, receive_count, finished_at, outcome, error_code, provider_reference",
      "1, 1, now(), 'RETRY', 'C', 'x'",
    ),
  ],
  send_attempts_failure_has_code: [
    attempt("number, receive_count, finished_at, outcome", "1, 1, now(), 'RETRY'"),
    attempt("number, receive_count, finished_at, outcome", "1, 1, now(), 'FAILED'"),
    attempt(
      "number, receive_count, finished_at, outcome, error_code, provider_reference",
      "1, 1, now(), 'SENT', 'C', 'x'",
    ),
  ],
  dead_letters_state_check: [letter("state, resolved_at, resolved_by", "'LOST', now(), 'olga'")],
  dead_letters_resolved_says_who: [
    letter("resolved_at, resolved_by", "now(), 'olga'"),
    letter("state", "'DISCARDED'"),
    letter("state, resolved_at", "'DISCARDED', now()"),
    letter("resolved_by", "'olga'"),
  ],
  dead_letters_redriven_has_request: [
    letter("state, resolved_at, resolved_by", "'REDRIVEN', now(), 'olga'"),
    letter("state, resolved_at, resolved_by, redrive_request_id", "'DISCARDED', now(), 'olga', 'r'"),
  ],
  error_fingerprints_fingerprint_check: [
    "insert into error_fingerprints (fingerprint, error) values ('not hexadecimal', 'CODE: why')",
    "insert into error_fingerprints (fingerprint, error) values ('3fa9c05d71b', 'CODE: why')",
  ],
  requeues_requeued_by_check: ["insert into requeues (gift_id, request_id, requeued_by) values (:gift, 'r', '')"],
  api_keys_prefix_check: [key("prefix", "'abcdefg'"), key("prefix", "'abcdefg_'"), key("prefix", "E'abcdefgh\\n'")],
  api_keys_hash_check: [key("hash", "'short'"), key("hash", "sha512('')")],
  api_keys_client_id_check: [key("client_id", "''"), key("client_id", "'Shop'"), key("client_id", "'-shop'")],
  api_keys_scopes_check: [
    key("scopes", "'{}'"),
    key("scopes", "array['admin']"),
    key("scopes", "array['client', 'x']"),
  ],
  api_keys_created_by_check: [key("created_by", "''")],
  api_keys_rate_limit_per_minute_check: [key("rate_limit_per_minute", "0")],
  api_keys_revoked_says_who: [key("revoked_at", "now()"), key("revoked_by", "'olga'")],
};

test("every CHECK constraint of the schema is listed here", async () => {
  const { rows } = await sql<{ name: string }>`
    select conname as name from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace`.execute(
    own.db,
  );
  expect(new Set(Object.keys(refused))).toEqual(new Set(rows.map((row) => row.name)));
});

for (const [constraint, statements] of Object.entries(refused))
  test.each(statements)(`${constraint} refuses %s`, async (statement) => {
    const insert = sql.raw(statement.replace(":gift", `'${giftId}'`)).execute(own.db);
    await expect(insert).rejects.toMatchObject({ constraint, code: "23514" });
  });

test("a message and an error may be as long as they may be, in code points", async () => {
  const insert = gift("amount, message, last_error", "1, repeat('🎁', 500), repeat('🎁', 1000)");
  await expect(sql.raw(insert).execute(own.db)).resolves.toBeDefined();
});

test("a send request, an attempt and a message are each stored once", async () => {
  for (const statement of [request("'once'"), attempt("number, receive_count", "9, 1"), letter("state", "'OPEN'")]) {
    const insert = sql.raw(statement.replace(":gift", `'${giftId}'`));
    await insert.execute(own.db);
    await expect(insert.execute(own.db)).rejects.toMatchObject({ code: "23505" });
  }
});
