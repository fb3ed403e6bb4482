import type { ConsumerObserver, ConsumerStats } from "@gift/queue/consumer";
import { gauge, measure } from "@gift/telemetry/measure";

/**
 * Measures what a consumer reports.
 * @param queue the fleet's name of its queue
 */
export function createConsumerMetric(queue: string): Pick<ConsumerObserver, "received" | "finished"> {
  return {
    received(messages) {
      const now = Date.now();
      // Clocks of two machines: SQS may seem to have sent a message that it will send.
      for (const { receiveCount, sentAt } of messages)
        if (receiveCount === 1) measure("gift.queue.wait", Math.max(0, now - sentAt.getTime()) / 1_000, { queue });
    },
    finished: (_message, { verdict, durationMilliseconds }) =>
      measure("gift.handler.duration", durationMilliseconds / 1_000, { queue, verdict: verdict.kind }),
  };
}

/**
 * Says how busy a consumer is and whether its circuit is open; for `sampleGauges`. A consumer that has stopped says 0,
 * or the last thing known of its queue would be an open circuit.
 * @param queue the fleet's name of its queue
 */
export function gaugeConsumer(queue: string, { phase, running, circuit }: ConsumerStats): void {
  gauge("gift.slots.busy", running, { queue });
  gauge("gift.circuit.open", phase === "running" && isPaused(circuit, running) ? 1 : 0, { queue });
}

/** Half open with nothing to try it polls like any other: in a quiet night the alert would stay until the next gift. */
function isPaused(circuit: ConsumerStats["circuit"], running: number): boolean {
  return circuit === "open" || (circuit === "half-open" && running > 0);
}
