import { own } from "../series.ts";
import { type Chart, type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** Requests, errors, duration. */
export function apiGroup({ chart }: Watched): Group {
  return {
    title: "API",
    charts: [requests(), chart("api-latency", "Percent of requests that are slow"), slowness(), latency(), sends()],
  };
}

/** Percentiles are the load balancer's: it has them of every request. */
function latency(): Chart {
  const duration = "gift.http.duration";
  return {
    title: "Time until the answer's end in seconds",
    display: "line",
    lines: [
      line("average", own(duration, "avg"), { by: ["operation"] }),
      line("longest", own(duration, "max"), { by: ["operation"] }),
    ],
  };
}

function requests(): Chart {
  const responses = own("gift.http.responses", "sum");
  return {
    title: "Requests per second by status class",
    display: "bars",
    lines: [line("requests", responses, { by: ["status_class"] })],
  };
}

function slowness(): Chart {
  const slow = own("gift.http.responses", "sum", { is_fast: "false" });
  return {
    title: "Percent of requests that are slow, by operation",
    display: "line",
    lines: [
      {
        label: "slow",
        formula: { is: "percentage", of: [slow], among: own("gift.http.responses", "sum") },
        by: ["operation"],
      },
    ],
  };
}

function sends(): Chart {
  return {
    title: "Send requests per second",
    display: "line",
    lines: [
      line("accepted", own("gift.send.accepted", "sum")),
      line("replayed", own("gift.send.replayed", "sum")),
      line("conflicted", own("gift.send.conflicted", "sum")),
    ],
  };
}
