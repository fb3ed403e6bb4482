import type { Bug } from "../mutation.ts";

const core = (file: string) => `packages/core/src/${file}.ts`;
const worker = (file: string) => `packages/worker/src/${file}.ts`;
const queue = (file: string) => `packages/queue/src/${file}.ts`;

/** A parameter of a statement, as the source writes it. */
const parameter = (name: string) => `$\{${name}}`;

/** Mistakes in the life of a send, which take Postgres, SQS, the provider and several processes to matter. */
export const lifecycleBugs: readonly Bug[] = [
  {
    bug: "the worker acknowledges before SENT is committed",
    edits: [
      {
        file: worker("handler/send-gift"),
        text: "const sent = await dependencies.markSent({ attempt, providerReference: reference });",
        by: "dependencies.markSent({ attempt, providerReference: reference }).catch(() => undefined);\n  if (attempt) return acknowledge;\n  const sent = await dependencies.markSent({ attempt, providerReference: reference });",
      },
    ],
    noticedAs: "every accepted send ends SENT or FAILED",
  },
  {
    bug: "SENT is written without the fencing token",
    edits: [{ file: core("gift/mark-sent"), text: ` and request_id = ${parameter("attempt.requestId")}`, by: "" }],
    noticedAs: "an outcome belongs to its request",
  },
  {
    bug: "FAILED is written without the fencing token",
    edits: [{ file: core("gift/mark-failed"), text: ` and request_id = ${parameter("attempt.requestId")}`, by: "" }],
    noticedAs: "an outcome belongs to its request",
  },
  {
    bug: "SENT is written whatever the state was",
    edits: [
      {
        file: core("gift/mark-sent"),
        text: ` and status = ${parameter("from")}`,
        by: ` and ${parameter("from")}::text is not null`,
      },
    ],
    noticedAs: "only the legal edges are taken",
  },
  {
    bug: "the sweep deletes before it publishes",
    edits: [
      {
        file: core("outbox/sweep"),
        text: "  const results = await",
        by: "  await deleteFromOutbox(db, messages.map(({ id }) => id));\n  const results = await",
      },
    ],
    noticedAs: "every accepted send ends SENT or FAILED",
  },
  {
    bug: "the API's dispatcher deletes before it publishes",
    edits: [
      {
        file: core("outbox/dispatcher"),
        text: "      await options.publish(message, leaseEndsAt);\n      await deletes.add(message.id);",
        by: "      await deletes.add(message.id);\n      await options.publish(message, leaseEndsAt);",
      },
    ],
    noticedAs: "every accepted send ends SENT or FAILED",
  },
  {
    bug: "the sweep forgets what SQS refused in an answer of success",
    edits: [
      {
        file: queue("batch-entry"),
        text: "failure === undefined && successful.has(entryId(index))",
        by: "failure === undefined || successful.size >= 0",
      },
    ],
    noticedAs: "every accepted send ends SENT or FAILED",
  },
  {
    bug: "the provider's key differs from attempt to attempt",
    edits: [
      {
        file: worker("sender/send-once"),
        text: "const idempotencyKey = idempotencyKeyOf({ giftId, requestId });",
        by: `const idempotencyKey = \`${parameter("idempotencyKeyOf({ giftId, requestId ")})}:${parameter("performance.now()")}\`;`,
      },
    ],
    noticedAs: "a key takes effect once, and only a stored send request's key does",
  },
  {
    bug: "a redrive doesn't ask whether the earlier request took effect",
    edits: [
      {
        file: worker("sender/send-once"),
        text: "for (const earlier of earlierRequestIds) {",
        by: "for (const earlier of earlierRequestIds.slice(0, 0)) {",
      },
    ],
    noticedAs: "a gift takes effect once, however often it is redriven",
  },
  {
    bug: "a redrive doesn't wait for what an earlier attempt may still do",
    edits: [{ file: core("gift/queue-again"), text: "    delaySeconds,\n", by: "" }],
    noticedAs: "a gift takes effect once, however often it is redriven",
  },
  {
    bug: "a redrive doesn't wait for attempts that nobody finished",
    edits: [{ file: core("send-attempt/effect"), text: "(outcome is null or error_code", by: "(error_code" }],
    noticedAs: "a gift takes effect once, however often it is redriven",
  },
  {
    bug: "a redrive doesn't wait for what timed out or got lost",
    edits: [
      {
        file: core("send-attempt/effect"),
        text: `outcome is null or error_code <> all(${parameter("definiteErrors")}::text[])`,
        by: `outcome is null and ${parameter("definiteErrors")}::text[] is not null`,
      },
    ],
    noticedAs: "a gift takes effect once, however often it is redriven",
  },
  {
    bug: "a worker that wakes up calls the provider, however long it was frozen",
    edits: [{ file: worker("sender/send-once"), text: "  refuseLateCall(startedAt);\n", by: "" }],
    noticedAs: "a gift takes effect once, however often it is redriven",
  },
  {
    bug: "a dead letter is deleted before it is recorded",
    edits: [
      {
        file: worker("handler/record-dead-letter"),
        text: "const letter = await recordDeadLetter(db, { messageId, queue, body, attributes, receiveCount });",
        by: "recordDeadLetter(db, { messageId, queue, body, attributes, receiveCount }).catch(() => undefined);\n    if (db) return acknowledge;\n    const letter = await recordDeadLetter(db, { messageId, queue, body, attributes, receiveCount });",
      },
    ],
    noticedAs: "what SQS gave up on is a dead letter",
  },
  {
    bug: "a dead letter's gift stays QUEUED",
    edits: [
      {
        file: core("dead-letter/record"),
        text: `and status = ${parameter("from")} and request_id = ${parameter("requestId")}`,
        by: `and status = ${parameter("from")} and request_id = ${parameter("requestId")} and false`,
      },
    ],
    noticedAs: "every accepted send ends SENT or FAILED",
  },
  {
    bug: "a second key is taken for a gift that is QUEUED",
    edits: [
      {
        file: core("gift/request-send"),
        text: `where id = ${parameter("request.giftId")} and status = ${parameter("from")}`,
        by: `where id = ${parameter("request.giftId")} and status in (${parameter("from")}, 'QUEUED')`,
      },
    ],
    noticedAs: "one key per gift wins",
  },
];
