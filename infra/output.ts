import { api, apiUrl } from "./api.ts";
import { cluster } from "./cluster.ts";
import { queues } from "./queue.ts";
import { stage } from "./stage.ts";
import { workers } from "./worker.ts";

const queueUrls = Object.fromEntries(Object.entries(queues).map(([name, queue]) => [name, queue.url]));

/** What `sst deploy` prints and keeps in `.sst/outputs.json`; `bun run release` reads it. */
export const outputs = { url: apiUrl, queueUrls, ...(!$dev && deployment()) };

/**
 * What ECS was told to run. A deploy that ECS rolls back ends well all the same: only a comparison with these tells.
 */
function deployment() {
  const services = Object.entries({ Api: api, ...workers });
  const revisions = services.map(
    ([name, service]) => [name, service.nodes.taskDefinition.apply(({ arn }) => arn)] as const,
  );
  const taskDefinitions = Object.fromEntries(revisions);
  return { auth: stage.auth, cluster: cluster.nodes.cluster.name, taskDefinitions };
}
