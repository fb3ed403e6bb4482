import { consumersOf, type Deployment, deadLetterQueuesOf } from "../deployment.ts";
import { queue as ofQueue, own } from "../series.ts";
import { type Chart, type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** Each queue, and what it gave up on. */
export function queueGroup(deployment: Deployment, watched: Watched): Group {
  const queues = consumersOf(deployment).map(({ declaration }) => declaration.consumes);
  const deadLetters = deadLetterQueuesOf(deployment.fleet);
  return {
    title: "Queue",
    charts: [
      ...queues.flatMap((queue) => chartsOf(queue, watched)),
      ...deadLetters.flatMap((queue) => [
        watched.chart(`dead-letter-${queue}`, `New dead letters in ${queue}`, "bars"),
        watched.chart(`dead-letter-unrecorded-${queue}`, `Waiting in ${queue}`),
      ]),
    ],
  };
}

function chartsOf(queue: string, { chart, alert }: Watched): readonly Chart[] {
  return [
    {
      title: `${queue}: messages`,
      display: "line",
      lines: [
        line("waiting", ofQueue(queue, "aws.sqs.approximate_number_of_messages_visible")),
        line("in flight", ofQueue(queue, "aws.sqs.approximate_number_of_messages_not_visible")),
      ],
      alert: alert(`queue-backlog-${queue}`),
    },
    chart(`queue-age-${queue}`, `${queue}: age of the oldest message in seconds`),
    {
      title: `${queue}: messages per second`,
      display: "line",
      lines: [
        line("sent", ofQueue(queue, "aws.sqs.number_of_messages_sent", "sum")),
        line("deleted", ofQueue(queue, "aws.sqs.number_of_messages_deleted", "sum")),
      ],
    },
    {
      title: `${queue}: wait before the first receive in seconds`,
      display: "line",
      lines: [
        line("average", own("gift.queue.wait", "avg", { queue })),
        line("longest", own("gift.queue.wait", "max", { queue })),
      ],
    },
  ];
}
