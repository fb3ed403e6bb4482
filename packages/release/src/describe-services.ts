import { execFile } from "node:child_process";
import { promisify } from "node:util";
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
 * Asks ECS, by the AWS CLI: runners have it, and it knows every way of signing in.
 * @param cluster name or ARN
 * @param names of the services
 * @throws Error when the call fails or a service doesn't exist
 */
export async function describeServices(cluster: string, names: readonly string[]): Promise<readonly EcsService[]> {
  const [some, rest] = [names.slice(0, mostServices), names.slice(mostServices)];
  const words = ["ecs", "describe-services", "--cluster", cluster, "--services", ...some, "--output", "json"];
  const { stdout } = await promisify(execFile)("aws", words, { maxBuffer: 64 * 1024 * 1024 });
  const { services, failures } = check(answer, JSON.parse(stdout), "the answer of ECS");
  const [failure] = failures;
  if (failure) throw new Error(`ECS can't describe ${failure.arn}: ${failure.reason}`);
  return rest.length === 0 ? services : [...services, ...(await describeServices(cluster, rest))];
}
