/** Our consumer with the fleet's numbers for gifts, its handler as told. Arguments: queue URL, handler, slots. */
import { fleet } from "@gift/fleet/fleet";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { type Consumer, createConsumer } from "@gift/queue/consumer";
import { acknowledge } from "@gift/queue/verdict";
import { countCalls } from "./count-calls.ts";
import { createHandler, handlerKinds } from "./handler.ts";
import { obey } from "./obey.ts";

const [queueUrl = "", kind, slots] = process.argv.slice(2);
const { prefetch, receivers, handlerTimeoutSeconds, backoff } = fleet.services.gift;
const { visibilityTimeoutSeconds, deadLetter } = fleet.queues.gift;
const client = createSqsClient();
const calls = countCalls(client);
const { handle, handled } = createHandler(handlerKinds.find((known) => known === kind) ?? "none");
let consumer: Consumer | undefined;

obey({
  async start() {
    consumer = createConsumer({
      ...{ client, queueUrl, name: "bench", slots: Number(slots), prefetch, receivers, backoff },
      ...{ waitTimeSeconds: 1, visibilityTimeoutSeconds, handlerTimeoutSeconds },
      maxReceiveCount: deadLetter.maxReceiveCount,
      async handle() {
        await handle();
        return acknowledge;
      },
    });
    await consumer.start();
    return undefined;
  },
  counts: () => Promise.resolve({ handled: handled(), calls: calls() }),
  async stop() {
    await consumer?.stop({ deadlineMilliseconds: 10_000 });
    return undefined;
  },
});
