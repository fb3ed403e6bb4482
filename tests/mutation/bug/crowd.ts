import type { Bug } from "../mutation.ts";

const core = (file: string) => `packages/core/src/${file}.ts`;

/** A parameter of a statement, as the source writes it. */
const parameter = (name: string) => `$\{${name}}`;

const statementBatch = core("database/statement-batch");
const create = core("gift/create");
const requestSend = core("gift/request-send");
const requestSends = core("gift/request-send-batch");
const begin = core("send-attempt/begin-batch");
const markSent = core("gift/mark-sent-batch");

/** Mistakes that take company in one statement to matter, or a database that hangs up. */
export const crowdBugs: readonly Bug[] = [
  {
    bug: "a row's outcome is given to its neighbor",
    edits: [{ file: statementBatch, text: "outcomes[index] ??", by: "outcomes.toReversed()[index] ??" }],
    noticedAs: "a gift is another caller's",
  },
  {
    bug: "a batch's results are handed out in the wrong order",
    edits: [
      {
        file: "packages/batch/src/batcher.ts",
        text: "settle(entry, results[index])",
        by: "settle(entry, results.at(-1 - index))",
      },
    ],
    noticedAs: "a gift is another caller's",
  },
  {
    bug: "a statement over many rows is wrong, and nobody hears of it, because each is asked alone then",
    edits: [{ file: begin, text: "for key share of gifts", by: "for key share of gift" }],
    noticedAs: "a statement failed",
  },
  {
    bug: "a row that fails takes its neighbors with it",
    edits: [{ file: statementBatch, text: "if (isDatabaseAtFault(err)) throw err;", by: "if (err) throw err;" }],
    noticedAs: "a gift that is right failed",
  },
  {
    bug: "a statement that may have been committed is made again, row by row",
    edits: [{ file: statementBatch, text: "if (isDatabaseAtFault(err)) throw err;", by: "" }],
    noticedAs: "one call created 2 gifts",
  },
  {
    bug: "created gifts come back in an order of their own",
    edits: [{ file: create, text: "using (id) order by position", by: "using (id) order by code" }],
    noticedAs: "a gift is another caller's",
  },
  {
    bug: "a batched send doesn't ask whose the gift is",
    edits: [
      { file: requestSends, text: " and (input.client_id is null or gifts.client_id = input.client_id)", by: "" },
    ],
    noticedAs: "another's gift was found",
  },
  {
    bug: "a gift that is freed for its owner is free for a stranger in the same statement",
    edits: [
      {
        file: requestSends,
        text: "from input join free using (position)",
        by: "from input join (select id from free) as free on free.id = input.gift_id",
      },
    ],
    noticedAs: "another's gift was found",
  },
  {
    bug: "whoever names a gift in the same statement is accepted with the one who is",
    edits: [
      {
        file: requestSends,
        text: "outboxIds.get(index)",
        by: "rows.find(({ position }) => requests[Number(position) - 1]?.giftId === requests[index]?.giftId)?.outbox_id",
      },
    ],
    noticedAs: "a send is answered as it would be alone",
  },
  {
    bug: "a request that is in the same statement twice is accepted twice",
    edits: [
      {
        file: requestSends,
        text: "outboxIds.get(index)",
        by: "rows.find(({ position }) => texts[Number(position) - 1]?.body === texts[index]?.body)?.outbox_id",
      },
    ],
    noticedAs: "acceptances, 1 requests, 1 messages",
  },
  {
    bug: "an accepted send is answered with its neighbor's body",
    edits: [{ file: requestSends, text: "= texts[index] ?? {};", by: "= texts[0] ?? {};" }],
    noticedAs: "answered with another's body",
  },
  {
    bug: "a replay is answered with what another gift's request was",
    edits: [
      { file: requestSend, text: "(select response_body from", by: "(select max(response_body) from" },
      {
        file: requestSend,
        text: `where gift_id = ${parameter("request.giftId")} and send_requests`,
        by: "where send_requests",
      },
    ],
    noticedAs: "answered with another's body",
  },
  {
    bug: "a batched send whatever the state is",
    edits: [
      {
        file: requestSends,
        text: `where status = ${parameter("from")} and (`,
        by: `where ${parameter("from")}::text is not null and (`,
      },
    ],
    noticedAs: "a send is answered as it would be alone",
  },
  {
    bug: "a batched message carries its neighbor's trace",
    edits: [
      {
        file: requestSends,
        text: `${parameter("texts.map(({ attributes }) => attributes)")}::text[]`,
        by: `${parameter("texts.map(() => texts[0]?.attributes)")}::text[]`,
      },
    ],
    noticedAs: "accepted with another's message",
  },
  {
    bug: "a batch begins attempts of requests that have been overtaken",
    edits: [{ file: begin, text: "gifts.request_id = input.request_id and status", by: "status" }],
    noticedAs: "a delivery begins its own attempt",
  },
  {
    bug: "a batch begins attempts of gifts that are done",
    edits: [
      {
        file: begin,
        text: ` and status = ${parameter("from")} as is_due`,
        by: ` and ${parameter("from")}::text is not null as is_due`,
      },
    ],
    noticedAs: "0 deliveries began",
  },
  {
    bug: "two deliveries of one message in one statement share an attempt",
    edits: [
      {
        file: begin,
        text: "attempt.gift_id = gift.id and is_due and turn = 1`",
        by: "attempt.gift_id = gift.id and is_due`",
      },
    ],
    noticedAs: "two deliveries share attempt",
  },
  {
    bug: "a batched attempt has its neighbor's receive count",
    edits: [
      {
        file: begin,
        text: `${parameter("deliveries.map(({ receiveCount }) => receiveCount)")}::integer[]`,
        by: `${parameter("deliveries.map(({ receiveCount }) => receiveCount).toReversed()")}::integer[]`,
      },
    ],
    noticedAs: "an attempt is another delivery's",
  },
  {
    bug: "a batched success marks the gift whatever its request is",
    edits: [{ file: markSent, text: " and gifts.request_id = input.request_id", by: "" }],
    noticedAs: "a gift that was QUEUED is SENT",
  },
  {
    bug: "a batched success marks the gift whatever its state is",
    edits: [
      {
        file: markSent,
        text: ` and status = ${parameter("from")}`,
        by: ` and ${parameter("from")}::text is not null`,
      },
    ],
    noticedAs: "is SENT, 1 were told of it",
  },
  {
    bug: "a batched success marks every attempt of its gift",
    edits: [
      {
        file: markSent,
        text: "where send_attempts.id = sent.attempt_id and",
        by: "where send_attempts.gift_id = sent.gift_id and",
      },
    ],
    noticedAs: "an attempt that was null null is SENT",
  },
  {
    bug: "a batched success overwrites an attempt's first outcome",
    edits: [
      {
        file: markSent,
        text: "outcome = 'SENT', provider_reference = sent.provider_reference\n      from sent where send_attempts.id = sent.attempt_id and outcome is null",
        by: "outcome = 'SENT', error_code = null, provider_reference = sent.provider_reference\n      from sent where send_attempts.id = sent.attempt_id",
      },
    ],
    noticedAs: "an attempt that was RETRY null is SENT",
  },
  {
    bug: "one attempt reported twice in one statement is told SENT twice",
    edits: [
      {
        file: markSent,
        text: "latencies.get(index)",
        by: "rows.find(({ position }) => successes[Number(position) - 1]?.attempt.id === _.attempt.id)?.latency_seconds",
      },
    ],
    noticedAs: "were told of it",
  },
];
