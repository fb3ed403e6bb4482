import { cloudWatchNamespaces } from "@gift/monitor/outside-metric";
import { monitored } from "./monitored.ts";
import { stage } from "./stage.ts";
import { region } from "./stage-table.ts";

/** Datadog's own AWS account, for all of its sites but Japan's and the government's. */
const datadogAccount = "464622532012";

const roleName = `${$app.name}-${stage.name}-datadog`;

/**
 * The names under which Datadog may read. None of these actions can be limited to a resource in a way that lets Datadog
 * find resources that don't exist yet; none reads data of ours.
 */
const actions = [
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

if (monitored?.row.integration === "declared") declare();

/** Datadog's way to CloudWatch. An AWS account can have one: of stages that share an account, one declares it. */
function declare(): void {
  const integration = new datadog.aws.IntegrationAccount("DatadogIntegration", {
    awsAccountId: aws.getCallerIdentityOutput().accountId,
    awsPartition: "aws",
    awsRegions: { includeOnlies: [region] },
    // By name: the role asks for the external id, which Datadog gives to the integration.
    authConfig: { awsAuthConfigRole: { roleName } },
    metricsConfig: {
      enabled: true,
      automuteEnabled: true,
      collectCloudwatchAlarms: false,
      collectCustomMetrics: false,
      // Datadog's default leaves SQS out, and takes everything else, whose calls AWS bills.
      namespaceFilters: { includeOnlies: [...cloudWatchNamespaces] },
    },
    // The log goes by the agent, traces too, and the inventory of resources is somebody else's product.
    logsConfig: { lambdaForwarder: {} },
    tracesConfig: { xrayServices: { includeOnlies: [] } },
    resourcesConfig: { cloudSecurityPostureManagementCollection: false, extendedCollection: false },
  });
  const externalId = integration.authConfig.apply((config) => config?.awsAuthConfigRole?.externalId ?? "");
  new aws.iam.Role("DatadogRole", {
    name: roleName,
    assumeRolePolicy: trust(externalId),
    inlinePolicies: [{ name: "read-metrics", policy: readOnly() }],
  });
}

/** The external id keeps other customers of Datadog from naming our role. */
function trust(externalId: $util.Output<string>): $util.Output<string> {
  const principals = [{ type: "AWS", identifiers: [`arn:aws:iam::${datadogAccount}:root`] }];
  const conditions = [{ test: "StringEquals", variable: "sts:ExternalId", values: [externalId] }];
  return aws.iam.getPolicyDocumentOutput({ statements: [{ actions: ["sts:AssumeRole"], principals, conditions }] })
    .json;
}

function readOnly(): $util.Output<string> {
  return aws.iam.getPolicyDocumentOutput({ statements: [{ actions, resources: ["*"] }] }).json;
}
