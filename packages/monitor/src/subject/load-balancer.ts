import type { Definition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import { loadBalancer } from "../series.ts";

/** What clients meet first; CloudWatch is the only witness of requests that reach no task. */
export function loadBalancerMonitors({ thresholds }: Deployment): readonly Definition[] {
  return [
    {
      id: "api-errors",
      key: "api-errors",
      title: "API requests fail",
      priority: 1,
      condition: {
        kind: "metric",
        formula: {
          is: "percentage",
          of: [
            loadBalancer("aws.applicationelb.httpcode_target_5xx", "sum"),
            loadBalancer("aws.applicationelb.httpcode_elb_5xx", "sum"),
          ],
          among: loadBalancer("aws.applicationelb.request_count", "sum"),
        },
        during: "sum",
        windowMinutes: 10,
        comparator: ">",
        thresholds: thresholds.apiErrorPercent,
        onMissingData: "default",
      },
      impact: "Clients get 5xx for creating, sending and reading gifts. What was answered 202 is safe.",
      firstChecks: [
        "Whose 5xx: the tasks' (look at the log event `http.failed` and `http.unavailable`) or the load balancer's own (look at healthy hosts)",
        "Did a deploy start in the last half hour",
        "Is Postgres reachable: `/readyz` says why a task isn't ready",
      ],
    },
    {
      id: "healthy-hosts",
      key: "healthy-hosts",
      title: "No API task is healthy",
      priority: 1,
      condition: {
        kind: "metric",
        formula: { is: "series", of: loadBalancer("aws.applicationelb.healthy_host_count", "max") },
        during: "max",
        windowMinutes: 5,
        comparator: "<",
        thresholds: { critical: 1 },
        onMissingData: "show_and_notify_no_data",
      },
      impact: "Nobody is answered, or only with 503. Gifts that were accepted before are still sent.",
      firstChecks: [
        "Do tasks run: ECS events of the service Api",
        "If they run, why are they not ready: `/readyz` names Postgres, the schema or the drain",
        "Did a deploy start in the last half hour",
      ],
    },
  ];
}
