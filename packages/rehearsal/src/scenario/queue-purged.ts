import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { createObserverClient } from "../system/queue-depth.ts";
import type { Scenario } from "./scenario.ts";

/** More than two workers can hold, so that messages wait in the queue when it is purged. */
const waiting = { gifts: 200, message: "test:slow-1000" };

export const queuePurged: Scenario = {
  name: "queue-purged",
  injected: "somebody purges the queue while messages wait in it",
  shows: "gifts that SQS has lost are noticed, and their messages written again from the database",
  expects: ["stuck-gifts"],
  async inject({ system, load }) {
    load.sayOnGifts(waiting.message);
    await load.burst(waiting.gifts);
    load.sayOnGifts(undefined);
    const client = createObserverClient(new URL(system.queueUrls.gift).origin);
    try {
      await client.send(new PurgeQueueCommand({ QueueUrl: system.queueUrls.gift }));
    } finally {
      client.destroy();
    }
  },
  // Thirty minutes on AWS, where the longest backoff is four.
  repair: async ({ operate }) => void (await operate("gifts", "requeue", "--all", "--idle-for", "5s")),
};
