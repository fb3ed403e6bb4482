import { apiUrl } from "./api.ts";
import { cluster } from "./cluster.ts";
import { instance } from "./database.ts";
import { loadBalancer } from "./load-balancer.ts";
import { operator } from "./operator.ts";
import { queues } from "./queue.ts";
import { stage } from "./stage.ts";

/**
 * What an operator's commands need to know about the stage, in an SSM parameter: whoever may read it can work from a
 * fresh clone, without having deployed. No secrets. `bun run operate STAGE …` reads it, and prints the names for the
 * runbook's commands.
 */
if (operator && loadBalancer && instance)
  new aws.ssm.Parameter("Handbook", {
    name: `/${$app.name}/${stage.name}/handbook`,
    type: "String",
    value: $jsonStringify({ operator, names: namesOf(loadBalancer, instance) }),
  });

/** Shell variables by name: docs/runbook.md uses them, and a test compares the two. */
function namesOf(
  { alb }: NonNullable<typeof loadBalancer>,
  { identifier }: NonNullable<typeof instance>,
): Record<string, $util.Input<string>> {
  const queueUrls = Object.entries(queues).map(
    ([name, queue]) => [`${name.replaceAll("-", "_").toUpperCase()}_QUEUE`, queue.url] as const,
  );
  return {
    API_URL: apiUrl,
    CLUSTER: cluster.nodes.cluster.name,
    DATABASE: identifier,
    LOAD_BALANCER: alb.nodes.loadBalancer.arn,
    LOG_GROUP: `/${$app.name}/${stage.name}`,
    ...Object.fromEntries(queueUrls),
  };
}
