import { fleet } from "@gift/fleet/fleet";
import { stage } from "./stage.ts";
import { vpc } from "./vpc.ts";

const httpsPort = 443;
const postgresPort = 5432;

/** One per kind of task, so that each rule names who may speak to whom. Without a rule nothing comes in or goes out. */
export const securityGroups = {
  loadBalancer: declare("LoadBalancer", "The only way in from the internet"),
  api: declare("Api", "API tasks"),
  worker: declare("Worker", "Worker tasks"),
  migration: declare("Migration", "The migration task of a deploy"),
  operator: declare("Operator", "Tasks that run an operator's command"),
  database: declare("Database", "Postgres, and its proxy where there is one"),
};

/** Tasks call AWS and Datadog; nobody calls them but the load balancer, and that only the API. */
const tasks = ["api", "worker", "migration", "operator"] as const;

/** What has to be in place before a task's first connection. */
export const rules: $util.Resource[] = [];

for (const task of tasks) {
  allow(task, "database", postgresPort);
  declareEgress(`${titleOf(task)}ToHttps`, {
    securityGroupId: securityGroups[task].id,
    cidrIpv4: "0.0.0.0/0",
    ...tcp(httpsPort),
  });
}
allow("loadBalancer", "api", fleet.services.api.port);
// `sst dev` has no load balancer.
const listeningPorts = $dev ? [] : stage.domain ? [80, httpsPort] : [80];
for (const port of listeningPorts)
  declareIngress(`InternetToLoadBalancer${port}`, {
    securityGroupId: securityGroups.loadBalancer.id,
    cidrIpv4: "0.0.0.0/0",
    ...tcp(port),
  });
// The proxy and the database share a group.
if (stage.database.hasProxy) allow("database", "database", postgresPort);

type GroupName = keyof typeof securityGroups;

/** Lets one group open connections to another: a rule at each end. */
function allow(from: GroupName, to: GroupName, port: number): void {
  const name = `${titleOf(from)}To${titleOf(to)}`;
  const [source, target] = [securityGroups[from].id, securityGroups[to].id];
  declareEgress(name, { securityGroupId: source, referencedSecurityGroupId: target, ...tcp(port) });
  declareIngress(name, { securityGroupId: target, referencedSecurityGroupId: source, ...tcp(port) });
}

function declare(name: string, description: string): aws.ec2.SecurityGroup {
  const tags = { Name: `${$app.name}-${stage.name}-${name}` };
  return new aws.ec2.SecurityGroup(`${name}Group`, { vpcId: vpc.id, description, tags });
}

/** A resource per rule: rules inside a group's own declaration would form a cycle, and replace each other. */
function declareIngress(name: string, args: aws.vpc.SecurityGroupIngressRuleArgs): void {
  rules.push(new aws.vpc.SecurityGroupIngressRule(`${name}Ingress`, args));
}

function declareEgress(name: string, args: aws.vpc.SecurityGroupEgressRuleArgs): void {
  rules.push(new aws.vpc.SecurityGroupEgressRule(`${name}Egress`, args));
}

function tcp(port: number) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
