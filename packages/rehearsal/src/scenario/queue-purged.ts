import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { fleet } from "@gift/fleet/fleet";
import { createObserverClient } from "../system/queue-depth.ts";
import { desiredTasks } from "../system/system.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Two workers with 100 slots finish 20 of these a second, which is slower than gifts come, however busy this machine
 * is.
 */
const slowSend = "test:slow-10000";
const giftsAtOnce = 40;
/** Lost by the purge; what a worker has in hand isn't. */
const leastWaiting = 20;
/** Workers with a free place would take what waits before the purge comes. */
const mostInHand = desiredTasks.gift * (fleet.services.gift.slots + fleet.services.gift.prefetch);

export const queuePurged: Scenario = {
  name: "queue-purged",
  injected: "somebody purges the queue while messages wait in it",
  shows: "gifts that SQS has lost are noticed, and their messages written again from the database",
  expects: ["stuck-gifts"],
  async inject({ system, load, until, breaksNow }) {
    load.sayOnGifts(slowSend);
    await until("more messages than the workers take in hand", async () => {
      await load.burst(giftsAtOnce);
      const { visible, inFlight } = await system.readDepth("gift");
      return visible + inFlight >= mostInHand + leastWaiting;
    });
    load.sayOnGifts(undefined);
    breaksNow();
    const client = createObserverClient(new URL(system.queueUrls.gift).origin);
    try {
      await client.send(new PurgeQueueCommand({ QueueUrl: system.queueUrls.gift }));
    } finally {
      client.destroy();
    }
  },
  // An hour on AWS, where all backoffs together are under five minutes.
  repair: async ({ operate }) => void (await operate("gifts", "requeue", "--all", "--idle-for", "5s")),
};
