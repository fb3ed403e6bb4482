import { stage } from "./stage.ts";

interface Traffic {
  readonly entry: aws.types.input.ecs.ServiceLoadBalancer;
  readonly rule: aws.lb.ListenerRule;
  readonly alb: sst.aws.Alb;
  /** Where the next version's tasks go. */
  readonly alternate: aws.lb.TargetGroup;
}

/**
 * Deploys by ECS's own canary: a tenth of the requests goes to the new version for five minutes, then all of them, and
 * the old tasks stay five minutes more. An alarm in that time takes everything back.
 */
export function shiftTrafficByCanary(args: aws.ecs.ServiceArgs, { entry, rule, alb, alternate }: Traffic): void {
  const role = new aws.iam.Role("CanaryRole", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ecs.amazonaws.com" }),
    managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"],
  });
  args.loadBalancers = [
    {
      ...entry,
      advancedConfiguration: {
        alternateTargetGroupArn: alternate.arn,
        productionListenerRule: rule.arn,
        roleArn: role.arn,
      },
    },
  ];
  args.deploymentConfiguration = {
    strategy: "CANARY",
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: "5" },
    bakeTimeInMinutes: "5",
  };
  const alarmNames = [errorAlarm(alb), latencyAlarm(alb)].map(({ name }) => name);
  args.alarms = { enable: true, rollback: true, alarmNames };
}

/**
 * One request in twenty answered 5xx by tasks or by the load balancer; a canary of a tenth shows when half of it fails.
 */
function errorAlarm(alb: sst.aws.Alb): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm("CanaryErrors", {
    name: `${$app.name}-${stage.name}-canary-errors`,
    alarmDescription: "More than 5 % of requests are answered 5xx: a deployment in progress is rolled back.",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 5,
    evaluationPeriods: 2,
    treatMissingData: "notBreaching",
    metricQueries: [
      count("requests", "RequestCount", alb),
      count("target", "HTTPCode_Target_5XX_Count", alb),
      count("balancer", "HTTPCode_ELB_5XX_Count", alb),
      // Under 20 requests a minute one failure would be a share.
      {
        id: "share",
        label: "share of 5xx",
        expression: "IF(requests >= 20, 100 * (FILL(target, 0) + FILL(balancer, 0)) / requests, 0)",
        returnData: true,
      },
    ],
  });
}

/** The objective is 300 ms (docs/observability.md); a canary of a tenth moves p99, not p95. */
function latencyAlarm(alb: sst.aws.Alb): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm("CanaryLatency", {
    name: `${$app.name}-${stage.name}-canary-latency`,
    alarmDescription: "p99 is above one second: a deployment in progress is rolled back.",
    namespace: "AWS/ApplicationELB",
    metricName: "TargetResponseTime",
    dimensions: { LoadBalancer: alb.nodes.loadBalancer.arnSuffix },
    extendedStatistic: "p99",
    // A percentile of a handful of requests says nothing.
    evaluateLowSampleCountPercentiles: "ignore",
    period: 60,
    evaluationPeriods: 3,
    comparisonOperator: "GreaterThanThreshold",
    threshold: 1,
    treatMissingData: "notBreaching",
  });
}

function count(id: string, metricName: string, alb: sst.aws.Alb) {
  const dimensions = { LoadBalancer: alb.nodes.loadBalancer.arnSuffix };
  return {
    id,
    returnData: false,
    metric: { namespace: "AWS/ApplicationELB", metricName, dimensions, period: 60, stat: "Sum" },
  };
}
