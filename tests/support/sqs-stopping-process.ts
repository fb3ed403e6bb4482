import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createConsumer } from "@gift/queue/consumer";
import { acknowledge } from "@gift/queue/verdict";

/**
 * A process that consumes the queue named by its first argument, stops once two messages are handled, and then ends
 * only if nothing of the consumer is left: a timer or a socket would keep it alive.
 */
let finished = 0;
const handledTwo = Promise.withResolvers<void>();
const consumer = createConsumer({
  client: createSqsClient(),
  queueUrl: process.argv[2] ?? "",
  name: "stopping process",
  slots: 10,
  prefetch: 0,
  receivers: 4,
  waitTimeSeconds: 1,
  visibilityTimeoutSeconds: 30,
  handlerTimeoutSeconds: 60,
  backoff: { baseSeconds: 60, factor: 1, capSeconds: 60 },
  circuit: { window: 1, failureRatio: 1, pauseSeconds: 60 },
  handle({ body }) {
    if (body === "never") return new Promise(() => undefined);
    if (body === "fails") return Promise.reject(new Error("opens the circuit, whose pause is a minute"));
    return Promise.resolve(acknowledge);
  },
  observer: {
    finished() {
      finished += 1;
      if (finished === 2) handledTwo.resolve();
    },
  },
});
await consumer.start();
await handledTwo.promise;
await consumer.stop({ deadlineMilliseconds: 1_000 });
process.stdout.write(JSON.stringify(consumer.stats().phase));
