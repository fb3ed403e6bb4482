import { ofType } from "../synth/read.ts";
import type { Resource, Stack } from "../synth/stack.ts";

const anywhere = ["0.0.0.0/0", "::/0"];

/** What the internet may reach: the load balancer, on its listeners' ports. */
export function exposureProblems(stack: Stack): string[] {
  const listening = new Set(ofType(stack, "aws:lb/listener:Listener").map(({ inputs }) => inputs.port));
  return [
    ...ofType(stack, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").flatMap((rule) =>
      openRule(rule, listening),
    ),
    ...ofType(stack, "aws:ec2/securityGroup:SecurityGroup")
      .filter(({ inputs }) => hasEntries(inputs.ingress))
      .map(({ name }) => `${name}: has rules of its own; declare each as a resource`),
    // Whatever forgets to name a group lands in the VPC's default one.
    ...ofType(stack, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
      .filter(({ inputs }) => hasEntries(inputs.ingress) || hasEntries(inputs.egress))
      .map(({ name }) => `${name}: the VPC's default group isn't closed`),
    ...ofType(stack, "aws:rds/instance:Instance")
      .filter(({ inputs }) => inputs.publiclyAccessible !== false)
      .map(({ name }) => `${name}: is reachable from the internet`),
    ...ofType(stack, "aws:ecs/service:Service").flatMap((service) => withoutOwnGroup(service)),
  ];
}

function openRule({ name, inputs }: Resource, listening: ReadonlySet<unknown>): string[] {
  const isOpen = anywhere.includes(String(inputs.cidrIpv4)) || anywhere.includes(String(inputs.cidrIpv6));
  if (!isOpen) return [];
  if (inputs.securityGroupId !== "LoadBalancerGroup-id")
    return [`${name}: opens ${inputs.securityGroupId} to the internet`];
  const isListener = inputs.fromPort === inputs.toPort && listening.has(inputs.fromPort);
  return isListener ? [] : [`${name}: opens port ${inputs.fromPort}, on which nothing listens`];
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function withoutOwnGroup({ name, inputs }: Resource): string[] {
  const groups = JSON.stringify(inputs.networkConfiguration);
  return /"(Api|Worker)Group-id"/.test(groups)
    ? []
    : [`${name}: runs in a security group that isn't made for it: ${groups}`];
}
