import { account, secretPassword } from "./account.ts";

/** A resource as Pulumi's mocks hand it over. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The names by which one resource is known. */
interface Names {
  readonly region: string;
  /** The logical name, as in infra/. */
  readonly logical: string;
  /** The name that AWS would know. */
  readonly physical: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

type Attributes = (names: Names) => Readonly<Record<string, unknown>>;

/** Only what SST's components or infra/ read: an attribute that is missing here stays undefined and shows in a test. */
const attributes: Readonly<Record<string, Attributes>> = {
  "aws:sqs/queue:Queue": ({ region, physical }) => ({
    arn: `arn:aws:sqs:${region}:${account}:${physical}`,
    url: `https://sqs.${region}.amazonaws.com/${account}/${physical}`,
    name: physical,
  }),
  "aws:rds/instance:Instance": ({ region, logical, inputs }) => ({
    arn: `arn:aws:rds:${region}:${account}:db:${logical}`,
    endpoint: `${logical.toLowerCase()}.rds.mock:5432`,
    address: `${logical.toLowerCase()}.rds.mock`,
    port: 5432,
    resourceId: "db-ABCDEFGHIJKL01234",
    identifier: inputs.identifier,
  }),
  "aws:rds/proxy:Proxy": ({ region, logical }) => ({
    arn: `arn:aws:rds:${region}:${account}:db-proxy:prx-0123456789abcdef0`,
    endpoint: `${logical.toLowerCase()}.proxy.mock`,
  }),
  "aws:lb/loadBalancer:LoadBalancer": ({ region, logical }) => ({
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${logical}/0123456789abcdef`,
    arnSuffix: `app/${logical}/0123456789abcdef`,
    dnsName: `${logical.toLowerCase()}.elb.mock`,
    zoneId: "ZMOCK",
  }),
  "aws:lb/targetGroup:TargetGroup": ({ region, logical }) => ({
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${logical}/fedcba9876543210`,
    arnSuffix: `targetgroup/${logical}/fedcba9876543210`,
  }),
  "aws:ecr/repository:Repository": ({ region, physical }) => ({
    arn: `arn:aws:ecr:${region}:${account}:repository/${physical}`,
    repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${physical}`,
    registryId: account,
  }),
  "aws:ecs/cluster:Cluster": ({ region, physical }) => ({
    arn: `arn:aws:ecs:${region}:${account}:cluster/${physical}`,
    name: physical,
  }),
  "aws:ecs/taskDefinition:TaskDefinition": ({ region, inputs }) => ({
    arn: `arn:aws:ecs:${region}:${account}:task-definition/${inputs.family}:1`,
    arnWithoutRevision: `arn:aws:ecs:${region}:${account}:task-definition/${inputs.family}`,
    revision: 1,
  }),
  "aws:iam/role:Role": ({ physical }) => ({ arn: `arn:aws:iam::${account}:role/${physical}`, name: physical }),
  "aws:secretsmanager/secret:Secret": ({ region, physical }) => ({
    arn: secretArn(region, physical),
    id: secretArn(region, physical),
  }),
  "aws:ssm/parameter:Parameter": ({ region, physical }) => ({
    arn: `arn:aws:ssm:${region}:${account}:parameter${physical.startsWith("/") ? "" : "/"}${physical}`,
  }),
  "aws:acm/certificate:Certificate": ({ inputs }) => ({
    domainValidationOptions: [
      {
        domainName: inputs.domainName,
        resourceRecordName: `_x.${inputs.domainName}`,
        resourceRecordType: "CNAME",
        resourceRecordValue: "_y.acm",
      },
    ],
  }),
  "aws:acm/certificateValidation:CertificateValidation": ({ inputs }) => ({ certificateArn: inputs.certificateArn }),
  "random:index/randomPassword:RandomPassword": () => ({ result: secretPassword }),
  "tls:index/privateKey:PrivateKey": () => ({
    privateKeyOpenssh: "MOCK-PRIVATE-KEY",
    publicKeyOpenssh: "ssh-rsa MOCK",
  }),
  "datadog:aws/integrationAccount:IntegrationAccount": () => ({
    authConfig: { awsAuthConfigRole: { roleName: "DatadogRole", externalId: "MOCK-EXTERNAL-ID" } },
  }),
  "docker-build:index:Image": () => ({ digest: `sha256:${"0".repeat(64)}`, ref: "ref" }),
  // SST's lookup of a Route 53 zone.
  "pulumi-nodejs:dynamic:Resource": () => ({ zoneId: "ZMOCK" }),
  "aws:ec2/eip:Eip": ({ logical }) => ({ publicIp: "203.0.113.1", allocationId: `${logical}-alloc` }),
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": ({ physical }) => ({ name: physical }),
};

/** What AWS would answer to the creation of a resource: its id, and its inputs with what AWS adds to them. */
export function created(registration: Registration, region: string): { id: string; state: Record<string, unknown> } {
  const { type, name, inputs } = registration;
  const physical = typeof inputs.name === "string" ? inputs.name : name;
  const kind = type.split(":").pop()?.toLowerCase() ?? "";
  const arn = `arn:aws:${type.split(":")[1]?.split("/")[0]}:${region}:${account}:${kind}/${physical}`;
  const added = attributes[type]?.({ region, logical: name, physical, inputs }) ?? {};
  const id = registration.id || (typeof added.id === "string" ? added.id : `${name}-id`);
  return { id, state: { name: physical, ...inputs, arn, ...added } };
}

function secretArn(region: string, name: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;
}
