import { DescribeServicesCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { check } from "@gift/link/check";
import { Type } from "@sinclair/typebox";
import { type EcsService, ecsService } from "./rollout.ts";

const answer = Type.Object({
  services: Type.Array(ecsService),
  failures: Type.Array(Type.Object({ arn: Type.String(), reason: Type.String() })),
});

/** DescribeServices takes so many at once. */
const mostServices = 10;

/**
 * Asks ECS.
 * @param client of the cluster's region
 * @param cluster name or ARN
 * @param names of the services
 * @throws Error when the call fails or a service doesn't exist
 */
export async function describeServices(
  client: ECSClient,
  cluster: string,
  names: readonly string[],
): Promise<readonly EcsService[]> {
  const [some, rest] = [names.slice(0, mostServices), names.slice(mostServices)];
  const described = await client.send(new DescribeServicesCommand({ cluster, services: some }));
  const { services, failures } = check(answer, described, "the answer of ECS");
  const [failure] = failures;
  if (failure) throw new Error(`ECS can't describe ${failure.arn}: ${failure.reason}`);
  return rest.length === 0 ? services : [...services, ...(await describeServices(client, cluster, rest))];
}
