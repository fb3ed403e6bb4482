import { type Static, Type } from "@sinclair/typebox";

/** One service in the answer of ECS's DescribeServices, as far as a release looks at it. */
export const ecsService = Type.Object({
  serviceName: Type.String(),
  desiredCount: Type.Integer(),
  runningCount: Type.Integer(),
  deployments: Type.Array(
    Type.Object({
      status: Type.String(),
      taskDefinition: Type.String(),
      rolloutState: Type.Optional(Type.String()),
      rolloutStateReason: Type.Optional(Type.String()),
    }),
  ),
});

export type EcsService = Static<typeof ecsService>;

export type Rollout =
  | { readonly kind: "complete" }
  | { readonly kind: "in progress"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/**
 * Whether a service runs what was deployed. `sst deploy` succeeds after ECS has rolled a service back as well: stable
 * it is, with the old code. After a rollback the PRIMARY deployment is the old task definition's.
 * @param service as ECS describes it
 * @param taskDefinition ARN of the one that was deployed
 */
export function judgeRollout(service: EcsService, taskDefinition: string): Rollout {
  const primary = service.deployments.find(({ status }) => status === "PRIMARY");
  if (!primary) return { kind: "failed", why: "it has no primary deployment" };
  if (primary.taskDefinition !== taskDefinition)
    return { kind: "failed", why: `it was rolled back: it runs ${primary.taskDefinition}, not ${taskDefinition}` };
  const reason = primary.rolloutStateReason ?? "no reason given";
  if (primary.rolloutState === "FAILED") return { kind: "failed", why: reason };
  if (primary.rolloutState !== "COMPLETED") return { kind: "in progress", why: reason };
  if (service.runningCount < service.desiredCount)
    return { kind: "in progress", why: `${service.runningCount} of ${service.desiredCount} tasks run` };
  return { kind: "complete" };
}
