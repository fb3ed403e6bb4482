import type { HostedQueue } from "./model.ts";

/** The attributes of GetQueueAttributes that were asked for. */
export function describeQueue({ queue, arn, given }: HostedQueue, names: readonly string[]): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  const all: Record<string, string> = {
    ...given,
    QueueArn: arn,
    VisibilityTimeout: String(queue.attributes.visibilityTimeoutSeconds),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name)));
}
