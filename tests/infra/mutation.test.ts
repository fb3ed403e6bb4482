import { beforeAll, describe, expect, test } from "vitest";
import { checks } from "./check/all.ts";
import { secretPassword } from "./synth/account.ts";
import { containersOf, statementsOf } from "./synth/read.ts";
import type { Resource, Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";

type Inputs = Readonly<Record<string, unknown>>;
type Edit = (stack: Stack) => Stack;

/** Unsafe edits as somebody might make them, and what must be said about each. */
const edits: readonly (readonly [edit: string, apply: Edit, problem: string])[] = [
  [
    "a raw link of the database",
    withLink("Postgres", { host: "h", password: secretPassword }),
    "link Postgres: carries a secret",
  ],
  [
    "the password in a variable",
    withVariable("ApiTask", "PGPASSWORD", "hunter2"),
    "ApiTask: PGPASSWORD of container process holds a secret in clear",
  ],
  [
    "a raw link's variable",
    withVariable("ApiTask", "SST_RESOURCE_Postgres", '{"password":"hunter2"}'),
    "ApiTask: SST_RESOURCE_Postgres of container process holds a secret in clear",
  ],
  [
    "the master secret for the API",
    withSecret("ApiTask", "arn:aws:secretsmanager:us-east-1:1:secret:x"),
    "ApiTask: reads the master secret, which only the migration may",
  ],
  [
    "a secret among the outputs",
    (stack) => ({ ...stack, outputs: { url: secretPassword } }),
    "outputs: carries the master password",
  ],
  ["a build secret", withInputs("Image", { secrets: { TOKEN: "hunter2" } }), "Image: TOKEN reaches docker build"],
  [
    "a public database",
    withInputs("PostgresInstance", { publiclyAccessible: true }),
    "PostgresInstance: has a public address (publiclyAccessible)",
  ],
  [
    "an unencrypted database",
    withInputs("PostgresInstance", { storageEncrypted: false }),
    "PostgresInstance: is not encrypted (storageEncrypted)",
  ],
  [
    "a database without TLS",
    withInputs("PostgresParameterGroup", { parameters: [{ name: "rds.force_ssl", value: "0" }] }),
    "PostgresParameterGroup: lets clients in without TLS",
  ],
  [
    "a database in public subnets",
    withInputs("PostgresSubnetGroup", { subnetIds: ["VpcPublicSubnet1-id"] }),
    "PostgresSubnetGroup: is not in private subnets",
  ],
  [
    "a database that anybody may delete",
    withInputs("PostgresInstance", { deletionProtection: false }),
    "PostgresInstance: can be deleted (deletionProtection)",
  ],
  [
    "a database that a deploy may delete",
    withOptions("PostgresInstance", {}),
    "PostgresInstance: a deploy may delete it",
  ],
  [
    "a database in SST's default group",
    withInputs("PostgresInstance", { vpcSecurityGroupIds: undefined }),
    "PostgresInstance: isn't in its own security group",
  ],
  [
    "a database open to the world",
    withRule("Oops", "DatabaseGroup-id", 5432),
    "Oops: opens DatabaseGroup-id to the internet",
  ],
  [
    "a load balancer open on every port",
    withRule("Oops", "LoadBalancerGroup-id", 8080),
    "Oops: opens port 8080, on which nothing listens",
  ],
  [
    "SST's default group left open",
    withInputs("VpcSecurityGroup", { ingress: [{ cidrBlocks: ["10.0.0.0/16"] }] }),
    "VpcSecurityGroup: the VPC's default group isn't closed",
  ],
  [
    "a service in another's group",
    withInputs("ApiService", { networkConfiguration: { securityGroups: ["DatabaseGroup-id"] } }),
    "ApiService: runs in a security group",
  ],
  [
    "no dead-letter queue",
    withInputs("GiftQueueQueue", { redrivePolicy: undefined }),
    "GiftQueue: has no dead-letter queue",
  ],
  ["a dead-letter queue that isn't there", without("GiftDeadLettersQueue"), "GiftDeadLetters: is not deployed"],
  ["another maxReceiveCount", withReceiveCount(3), "GiftQueue: maxReceiveCount is 3, the fleet says 5"],
  [
    "another visibility timeout",
    withInputs("GiftQueueQueue", { visibilityTimeoutSeconds: 29 }),
    "GiftQueue: visibilityTimeoutSeconds is 29, the fleet says 30",
  ],
  [
    "dead letters that expire first",
    withInputs("GiftDeadLettersQueue", { messageRetentionSeconds: 345_600 }),
    "GiftQueue: outlives its dead letters",
  ],
  [
    "a queue without encryption",
    withInputs("GiftQueueQueue", { sqsManagedSseEnabled: false }),
    "GiftQueue: is not encrypted",
  ],
  ["a queue that takes plain HTTP", without("GiftQueuePolicy"), "GiftQueue: takes requests without TLS"],
  ["a queue that a deploy may delete", withOptions("GiftQueueQueue", {}), "GiftQueue: may be deleted by a deploy"],
  [
    "a dead-letter queue for everybody",
    without("GiftDeadLettersRedriveAllow"),
    "GiftQueue: isn't named as a source by its dead-letter queue",
  ],
  [
    "sqs:* in a role",
    withStatement("ApiTaskRole", ["sqs:*"], ["arn:aws:sqs:us-east-1:1:gift"]),
    "ApiTaskRole: may do sqs:*",
  ],
  [
    "every queue in a role",
    withStatement("ApiTaskRole", ["sqs:SendMessage"], ["*"]),
    "ApiTaskRole: may do sqs:SendMessage to every resource",
  ],
  ["a raw link of the queue", withLink("GiftQueue", { url: "u" }, ["sqs:*"]), "link GiftQueue: may do sqs:*"],
  [
    "AWS's own policy",
    withInputs("ApiTaskRole", { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
    "ApiTaskRole: has AWS's own policy",
  ],
  [
    "one role for starting and running",
    withInputs("ApiTask", { taskRoleArn: "one", executionRoleArn: "one" }),
    "ApiTask: task and execution role are the same",
  ],
  ["a service that waits for nothing", withOptions("ApiService", {}), "ApiService: doesn't wait for the migrations"],
  ["a deploy without migrations", without("MigrationRun"), "no migration runs in the deploy"],
  [
    "a log without an end",
    withInputs("ApiLogGroupprocess", { retentionInDays: 0 }),
    "ApiLogGroupprocess: keeps its lines for ever",
  ],
  [
    "an exported log that nobody bounds",
    without("Postgres-upgrade"),
    "PostgresInstance: its log upgrade is kept for ever",
  ],
  [
    "migrations that run once and never again",
    withInputs("MigrationRun", { triggers: [] }),
    "MigrationRun: doesn't run for a new version",
  ],
];

describe("an unsafe edit of production is noticed", () => {
  let production: Stack;

  beforeAll(async () => {
    production = await synthesized({ stage: "production" });
  }, 60_000);

  test.each(edits)("%s", (_, apply, problem) => {
    const edited = apply(production);
    const problems = Object.values(checks).flatMap((problemsOf) => problemsOf(edited));
    expect(problems.filter((found) => found.startsWith(problem))).not.toEqual([]);
  });
});

/** @throws Error when there is nothing of that name: the edit would prove nothing */
function edited(stack: Stack, name: string, change: (resource: Resource) => Resource | undefined): Stack {
  if (!stack.resources.some((resource) => resource.name === name)) throw new Error(`there is no ${name} to edit`);
  const resources = stack.resources.flatMap((resource) =>
    resource.name === name ? (change(resource) ?? []) : [resource],
  );
  return { ...stack, resources };
}

function without(name: string): Edit {
  return (stack) => edited(stack, name, () => undefined);
}

function withInputs(name: string, inputs: Inputs): Edit {
  return (stack) => edited(stack, name, (resource) => ({ ...resource, inputs: { ...resource.inputs, ...inputs } }));
}

function withOptions(name: string, options: Resource["options"]): Edit {
  return (stack) => edited(stack, name, (resource) => ({ ...resource, options }));
}

function withContainer(definition: string, added: object): Edit {
  return (stack) =>
    edited(stack, definition, (resource) => {
      const containers = containersOf(resource).map((container) => ({ ...container, ...added }));
      return { ...resource, inputs: { ...resource.inputs, containerDefinitions: JSON.stringify(containers) } };
    });
}

function withVariable(definition: string, name: string, value: string): Edit {
  return withContainer(definition, { environment: [{ name, value }] });
}

function withSecret(definition: string, valueFrom: string): Edit {
  return withContainer(definition, { secrets: [{ name: "OWNER", valueFrom }] });
}

function withStatement(role: string, actions: readonly string[], resources: readonly string[]): Edit {
  return (stack) =>
    edited(stack, role, (resource) => {
      const Statement = [...statementsOf(resource), { Effect: "Allow", Action: actions, Resource: resources }];
      const inlinePolicies = [{ name: "inline", policy: JSON.stringify({ Statement }) }];
      return { ...resource, inputs: { ...resource.inputs, inlinePolicies } };
    });
}

function withReceiveCount(maxReceiveCount: number): Edit {
  return (stack) =>
    edited(stack, "GiftQueueQueue", (resource) => {
      const redrive: object = JSON.parse(String(resource.inputs.redrivePolicy));
      return {
        ...resource,
        inputs: { ...resource.inputs, redrivePolicy: JSON.stringify({ ...redrive, maxReceiveCount }) },
      };
    });
}

function withRule(name: string, securityGroupId: string, port: number): Edit {
  const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const inputs = { securityGroupId, cidrIpv4: "0.0.0.0/0", fromPort: port, toPort: port };
  return (stack) => ({ ...stack, resources: [...stack.resources, { type, name, inputs, options: {} }] });
}

function withLink(name: string, properties: Inputs, actions: readonly string[] = []): Edit {
  const include = [{ type: "aws.permission", actions, resources: ["arn:aws:sqs:us-east-1:1:gift"] }];
  return (stack) => ({ ...stack, links: { ...stack.links, [name]: { properties, include } } });
}
