import type { Bug } from "../mutation.ts";

const queue = (file: string) => `packages/queue/src/${file}.ts`;

/** Mistakes in the publisher. */
export const publisherBugs: readonly Bug[] = [
  {
    bug: "an entry that failed in an answer of success counts as published",
    edits: [
      {
        file: queue("batch-entry"),
        text: "failure === undefined && successful.has(entryId(index))",
        by: "failure === undefined || successful.size >= 0",
      },
    ],
    noticedAs: "what was published is in SQS",
  },
  {
    bug: "a call carries more than 1 MiB",
    edits: [{ file: queue("message-size"), text: "bytes + size > mostBytes", by: "parts.length === 0" }],
    noticedAs: "a call carries at most ten messages and 1 MiB",
  },
  {
    bug: "results are handed out in the wrong order",
    edits: [
      {
        file: queue("publisher"),
        text: "return resultsOf(messages.length, output);",
        by: "return resultsOf(messages.length, output).toReversed();",
      },
    ],
    noticedAs: "what was published is in SQS",
  },
];
