import { ofType, type Statement, statementsOf } from "../synth/read.ts";
import type { Resource, Stack } from "../synth/stack.ts";

/**
 * Of Datadog's role: it finds what there is to watch and reads metrics and tags, never data, of resources that may not
 * exist yet.
 */
const watching = [
  "cloudwatch:GetMetricData",
  "cloudwatch:ListMetrics",
  "ecs:DescribeClusters",
  "ecs:DescribeServices",
  "ecs:ListClusters",
  "ecs:ListServices",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeTags",
  "rds:DescribeDBInstances",
  "rds:ListTagsForResource",
  "sqs:ListQueues",
  "tag:GetResources",
];

/** Who has to name every resource for an action, and why. */
const explained: Readonly<Record<string, (holder: string) => boolean>> = {
  // The action knows no resources; the token alone opens no repository.
  "ecr:GetAuthorizationToken": () => true,
  ...Object.fromEntries(watching.map((action) => [action, (holder: string) => holder === "DatadogRole"])),
};

/** AWS's own policies that we accept, and what for. */
const managed: Readonly<Record<string, string>> = {
  "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers": "ECS shifts traffic during a canary",
};

/** Permissions wider than a task needs: in roles, in their policies, and in the links that become them. */
export function permissionProblems(stack: Stack): string[] {
  const holders = [...ofType(stack, "aws:iam/role:Role"), ...ofType(stack, "aws:iam/rolePolicy:RolePolicy")];
  return [
    ...holders.flatMap((holder) => statementsOf(holder).flatMap((statement) => wide(holder.name, statement))),
    ...holders.flatMap(unknownManaged),
    ...Object.entries(stack.links).flatMap(([name, { include = [] }]) =>
      include.flatMap(({ actions, resources }) =>
        wide(`link ${name}`, {
          Effect: "Allow",
          Action: [actions].flat().map(String),
          Resource: [resources].flat().map(String),
        }),
      ),
    ),
    ...ofType(stack, "aws:ecs/taskDefinition:TaskDefinition").flatMap(sharedRole),
  ];
}

function wide(holder: string, { Effect, Action, Resource }: Statement): string[] {
  if (Effect !== "Allow") return [];
  const actions = Action.filter((action) => action === "*" || action.endsWith(":*"));
  const unexplained = Resource.includes("*") ? Action.filter((action) => !explained[action]?.(holder)) : [];
  return [
    ...actions.map((action) => `${holder}: may do ${action}`),
    ...unexplained.map((action) => `${holder}: may do ${action} to every resource`),
  ];
}

function unknownManaged({ name, inputs }: Resource): string[] {
  const arns: unknown[] = Array.isArray(inputs.managedPolicyArns) ? inputs.managedPolicyArns : [];
  return arns.filter((arn) => !managed[String(arn)]).map((arn) => `${name}: has AWS's own policy ${String(arn)}`);
}

/** What starts a task may read its secrets; what runs in it may not. */
function sharedRole({ name, inputs }: Resource): string[] {
  return inputs.taskRoleArn === inputs.executionRoleArn ? [`${name}: task and execution role are the same`] : [];
}
