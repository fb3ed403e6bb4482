import { loadBalancer } from "../series.ts";
import { type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** What clients got, also where no task was asked. */
export function loadBalancerGroup({ chart, alert }: Watched): Group {
  return {
    title: "Load balancer",
    charts: [
      chart("api-errors", "Percent of requests answered 5xx"),
      {
        title: "Targets",
        display: "line",
        lines: [
          line("healthy", loadBalancer("aws.applicationelb.healthy_host_count", "max")),
          line("unhealthy", loadBalancer("aws.applicationelb.un_healthy_host_count", "max")),
        ],
        alert: alert("healthy-hosts"),
      },
      {
        title: "Requests and 5xx per second",
        display: "line",
        lines: [
          line("requests", loadBalancer("aws.applicationelb.request_count", "sum")),
          line("5xx of tasks", loadBalancer("aws.applicationelb.httpcode_target_5xx", "sum")),
          line("5xx of its own", loadBalancer("aws.applicationelb.httpcode_elb_5xx", "sum")),
          line("connection errors", loadBalancer("aws.applicationelb.target_connection_error_count", "sum")),
        ],
      },
      {
        title: "Time until a task's first byte in seconds",
        display: "line",
        lines: [
          line("p50", loadBalancer("aws.applicationelb.target_response_time.p50", "avg")),
          line("p95", loadBalancer("aws.applicationelb.target_response_time.p95", "avg")),
          line("p99", loadBalancer("aws.applicationelb.target_response_time.p99", "avg")),
        ],
      },
    ],
  };
}
