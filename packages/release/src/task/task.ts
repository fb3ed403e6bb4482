import { type Static, Type } from "@sinclair/typebox";

/** One run of an ECS task, as `runOf` of infra/one-shot.ts describes it. */
export const taskDeclaration = Type.Object({
  cluster: Type.String({ minLength: 1 }),
  taskDefinition: Type.String({ pattern: "^arn:" }),
  subnets: Type.Array(Type.String(), { minItems: 1 }),
  securityGroups: Type.Array(Type.String(), { minItems: 1 }),
  /** Where there is no NAT, a task reaches AWS by an address of its own. */
  hasPublicAddress: Type.Boolean(),
  /** Its container, and the CloudWatch group of the container's output. */
  container: Type.String({ minLength: 1 }),
  logGroup: Type.String({ minLength: 1 }),
});

export type TaskDeclaration = Static<typeof taskDeclaration>;

/**
 * The CloudWatch stream of one task's container, as SST names streams: the prefix `/service`, the container, the task's
 * id.
 */
export function streamOf(container: string, taskArn: string): string {
  return `/service/${container}/${taskArn.split("/").at(-1)}`;
}
