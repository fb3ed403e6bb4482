import type { SQSClient } from "@aws-sdk/client-sqs";

/** Counts the calls that a client makes; polls that find nothing count as well. */
export function countCalls(client: SQSClient): () => number {
  let calls = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      calls += 1;
      return next(args);
    },
    { step: "initialize", name: "countCalls" },
  );
  return () => calls;
}
