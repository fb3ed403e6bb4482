import { stage } from "./stage.ts";
import { vpc } from "./vpc.ts";

if (stage.network.flowLogDays) declareFlowLog(stage.network.flowLogDays);

/** Rejected connections only: what is allowed is in the services' own logs, and would cost 0.50 USD per GB here. */
function declareFlowLog(retentionInDays: number): void {
  const group = new aws.cloudwatch.LogGroup("FlowLogs", {
    name: `/${$app.name}/${stage.name}/flow`,
    retentionInDays,
  });
  const role = new aws.iam.Role("FlowLogRole", { assumeRolePolicy: trust() });
  new aws.iam.RolePolicy("FlowLogPolicy", {
    role: role.name,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        // As AWS lists them (VPC user guide, "IAM role for publishing flow logs"), less the one that creates groups.
        {
          actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
          resources: [group.arn, $interpolate`${group.arn}:*`],
        },
      ],
    }).json,
  });
  // Without a parent: SST can't name this type among a component's children.
  new aws.ec2.FlowLog("FlowLog", {
    vpcId: vpc.id,
    trafficType: "REJECT",
    logDestinationType: "cloud-watch-logs",
    logDestination: group.arn,
    iamRoleArn: role.arn,
    maxAggregationInterval: 600,
  });
}

/** The service works for every account; only for flow logs of this one may it take the role. */
function trust() {
  const { accountId } = aws.getCallerIdentityOutput();
  const principals = [{ type: "Service", identifiers: ["vpc-flow-logs.amazonaws.com"] }];
  const conditions = [{ test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] }];
  return aws.iam.getPolicyDocumentOutput({ statements: [{ actions: ["sts:AssumeRole"], principals, conditions }] })
    .json;
}
