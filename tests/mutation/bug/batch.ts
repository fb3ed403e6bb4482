import type { Bug } from "../mutation.ts";

const core = (file: string) => `packages/core/src/${file}.ts`;

/** A parameter of a statement, as the source writes it. */
const parameter = (name: string) => `$\{${name}}`;

/**
 * Mistakes in the statements over many rows, which nearly every send passes through: the same promises break as by
 * those over one.
 */
export const batchBugs: readonly Bug[] = [
  {
    bug: "a send among many writes no message",
    edits: [
      {
        file: core("gift/request-send-batch"),
        text: "make_interval(secs => lease_seconds) from queued",
        by: "make_interval(secs => lease_seconds) from queued where false",
      },
    ],
    noticedAs: "every accepted send ends SENT or FAILED",
  },
  {
    bug: "a send among many keeps no answer for replays",
    edits: [
      {
        file: core("gift/request-send-batch"),
        text: "select gift_id, request_id, response_body from queued",
        by: "select gift_id, request_id, response_body from queued where false",
      },
    ],
    noticedAs: "a replay is the first answer, byte for byte",
  },
  {
    bug: "a batch takes a second key for a gift that is QUEUED",
    edits: [
      {
        file: core("gift/request-send-batch"),
        text: `where status = ${parameter("from")}`,
        by: `where status in (${parameter("from")}, 'QUEUED')`,
      },
    ],
    noticedAs: "one key per gift wins",
  },
  {
    bug: "a batch forgets that a redriven gift was sent before",
    edits: [
      {
        file: core("send-attempt/begin-batch"),
        text: "where earlier.gift_id = gifts.id and earlier.request_id <> input.request_id",
        by: "where earlier.gift_id = gifts.id and false",
      },
    ],
    noticedAs: "a gift takes effect once, however often it is redriven",
  },
];
