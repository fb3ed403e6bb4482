import { agent, own } from "../series.ts";
import { type Chart, type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** Requests, errors, duration. */
export function apiGroup({ alert }: Watched): Group {
  return { title: "API", charts: [requests(), { ...latency(), alert: alert("api-latency") }, slowness(), sends()] };
}

function latency(): Chart {
  return {
    title: "Latency in seconds",
    display: "line",
    lines: [
      line("p50", agent("trace.web.request", "p50", "api")),
      line("p95", agent("trace.web.request", "p95", "api")),
      line("p99", agent("trace.web.request", "p99", "api")),
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
