import { type Statement, statementsOf } from "./synth/read.ts";
import type { Resource, Stack } from "./synth/stack.ts";

/**
 * Per type, the inputs that a reviewer wants to see when they change. What isn't named here is either derived or so
 * long that nobody would read it; the checks look at those.
 */
const attributes: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/subnet:Subnet": ["cidrBlock", "mapPublicIpOnLaunch"],
  "aws:ec2/routeTable:RouteTable": ["routes"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "vpcEndpointType"],
  "aws:ec2/flowLog:FlowLog": ["trafficType"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["fromPort", "cidrIpv4", "referencedSecurityGroupId"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["fromPort", "cidrIpv4", "referencedSecurityGroupId"],
  "aws:rds/instance:Instance": [
    "instanceClass",
    "engineVersion",
    "multiAz",
    "storageEncrypted",
    "publiclyAccessible",
    "backupRetentionPeriod",
    "maxAllocatedStorage",
    "deletionProtection",
    "skipFinalSnapshot",
    "applyImmediately",
  ],
  "aws:rds/parameterGroup:ParameterGroup": ["family", "parameters"],
  "aws:rds/proxy:Proxy": ["requireTls", "defaultAuthScheme"],
  "aws:sqs/queue:Queue": ["visibilityTimeoutSeconds", "messageRetentionSeconds", "redrivePolicy"],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "retentionInDays"],
  "aws:ecs/cluster:Cluster": ["settings"],
  "aws:ecs/taskDefinition:TaskDefinition": ["cpu", "memory"],
  "aws:ecs/service:Service": [
    "desiredCount",
    "capacityProviderStrategies",
    "deploymentMinimumHealthyPercent",
    "deploymentMaximumPercent",
    "deploymentCircuitBreaker",
    "deploymentConfiguration",
    "networkConfiguration",
  ],
  "aws:appautoscaling/target:Target": ["minCapacity", "maxCapacity"],
  "aws:appautoscaling/policy:Policy": ["policyType"],
  "aws:lb/loadBalancer:LoadBalancer": ["internal", "enableDeletionProtection"],
  "aws:lb/listener:Listener": ["port", "protocol"],
  "aws:lb/targetGroup:TargetGroup": ["port", "deregistrationDelay"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["metricName", "threshold", "evaluationPeriods"],
  "command:local:Command": ["create"],
  "datadog:index/monitor:Monitor": ["query", "priority"],
  "datadog:index/serviceLevelObjective:ServiceLevelObjective": ["query", "targetThreshold"],
  "datadog:aws/integrationAccount:IntegrationAccount": ["awsRegions", "metricsConfig"],
};

/** SST's own records: components, versions and links. What they are made of is listed itself. */
const isBookkeeping = ({ type }: Resource) => type.startsWith("sst:") || type.startsWith("pulumi:");

/** A stage as a reviewer reads it: a line per resource, sorted, with what matters about it. */
export function renderSnapshot({ resources }: Stack): string {
  const lines = resources.filter((resource) => !isBookkeeping(resource)).map(lineOf);
  return `${lines.sort((one, other) => (one < other ? -1 : 1)).join("\n")}\n`;
}

function lineOf(resource: Resource): string {
  const { type, name, inputs, options } = resource;
  const shown = (attributes[type] ?? []).filter((attribute) => inputs[attribute] !== undefined);
  const facts = [
    ...shown.map((attribute) => `${attribute}=${textOf(inputs[attribute])}`),
    ...statementsOf(resource).map(ruleOf),
    ...(options.protect ? ["protect"] : []),
    ...(options.retainOnDelete ? ["retain"] : []),
  ];
  return [`${type} ${name}`, ...facts.map((fact) => `    ${fact}`)].join("\n");
}

function ruleOf({ Effect, Action, Resource }: Statement): string {
  return `${Effect} ${Action.join(" ")}${Resource.length > 0 ? ` on ${Resource.join(" ")}` : ""}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
