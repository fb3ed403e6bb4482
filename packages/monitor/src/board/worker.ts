import { consumedQueuesOf, type Deployment, outboxQueuesOf } from "../deployment.ts";
import { own } from "../series.ts";
import { type Chart, type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** What becomes of messages in hand, and of those that never got to SQS. */
export function workerGroup({ fleet }: Deployment, { chart }: Watched): Group {
  return {
    title: "Worker",
    charts: [
      outcomes(),
      latency(),
      handling(),
      slots(),
      ...consumedQueuesOf(fleet).map((queue) => chart(`circuit-open-${queue}`, `${queue}: polling is paused`)),
      ...outboxQueuesOf(fleet).map((queue) => chart(`outbox-age-${queue}`, `${queue}: age of the outbox in seconds`)),
      chart("stuck-gifts", "Longest QUEUED gift in seconds"),
      {
        title: "Outbox: messages that SQS hasn't got",
        display: "line",
        lines: [line("depth", own("gift.outbox.depth", "max"), { by: ["queue"] })],
      },
    ],
  };
}

function outcomes(): Chart {
  return {
    title: "Sends per second by outcome",
    display: "bars",
    lines: [
      line("sent in time", own("gift.send.sent", "sum", { is_in_time: "true" })),
      line("sent late", own("gift.send.sent", "sum", { is_in_time: "false" })),
      line("failed", own("gift.send.failed", "sum")),
      line("tried again", own("gift.send.retried", "sum")),
    ],
  };
}

function latency(): Chart {
  return {
    title: "From the accepted send to SENT in seconds",
    display: "line",
    lines: [line("average", own("gift.send.latency", "avg")), line("longest", own("gift.send.latency", "max"))],
  };
}

function handling(): Chart {
  return {
    title: "Time in a slot in seconds, by verdict",
    display: "line",
    lines: [line("average", own("gift.handler.duration", "avg"), { by: ["queue", "verdict"] })],
  };
}

function slots(): Chart {
  return {
    title: "Busy slots",
    display: "line",
    lines: [line("busy", own("gift.slots.busy", "max"), { by: ["queue"] })],
  };
}
