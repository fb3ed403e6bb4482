import { fleet } from "@gift/fleet/fleet";
import { shiftTrafficByCanary } from "./canary.ts";
import { loadBalancer } from "./load-balancer.ts";
import { network } from "./network.ts";
import { processName } from "./process.ts";
import { declareService } from "./service.ts";
import { stage } from "./stage.ts";

const declaration = fleet.services.api;
const { port, scaling } = declaration;

/** Tells whether the process is alive, and nothing else: a database that is away must not restart it. */
const aliveCheck = `fetch("http://127.0.0.1:${port}/healthz").then((res) => process.exit(res.ok ? 0 : 1), () => process.exit(1))`;

const rule = loadBalancer && productionRule(loadBalancer);

export const api = declareService("Api", {
  runs: [declaration],
  entryPoint: "packages/api/src/main.ts",
  tag: "api",
  row: stage.api,
  securityGroup: network.securityGroups.api,
  // On Spot, SIGTERM and deregistration come at the same moment: for so long the load balancer may still send requests.
  environment: { PORT: `${port}`, AUTH: stage.auth, DRAIN_GRACE_SECONDS: "10" },
  developmentEnvironment: { HOST: "127.0.0.1", DRAIN_GRACE_SECONDS: "0" },
  port,
  // The slim image has no curl.
  health: {
    command: ["CMD", "node", "--eval", aliveCheck],
    startPeriod: "30 seconds",
    interval: "15 seconds",
    timeout: "5 seconds",
    retries: 3,
  },
  targetCpuPercent: scaling.targetCpuPercent,
  adjust: putBehindLoadBalancer,
});

/** Where clients reach the API: the domain, the load balancer's own name, or in `sst dev` the developer's machine. */
export const apiUrl = loadBalancer ? loadBalancer.alb.url : `http://localhost:${port}`;

if (loadBalancer && !loadBalancer.alternate && stage.api.maxTasks > stage.api.minTasks) scaleByRequests(loadBalancer);

/** Everything goes to the API; what it doesn't know it answers itself, in its own error body. */
function productionRule({ listener, target, alternate }: NonNullable<typeof loadBalancer>): aws.lb.ListenerRule {
  // ECS refuses a target group that no rule knows.
  const none = alternate ? [{ arn: alternate.arn, weight: 0 }] : [];
  return new aws.lb.ListenerRule(
    "ApiRule",
    {
      listenerArn: listener.arn,
      priority: 1,
      conditions: [{ pathPattern: { values: ["/*"] } }],
      actions: [{ type: "forward", forward: { targetGroups: [{ arn: target.arn, weight: 100 }, ...none] } }],
    },
    // During and after a canary, ECS owns the weights.
    alternate ? { ignoreChanges: ["actions"] } : {},
  );
}

function putBehindLoadBalancer(args: aws.ecs.ServiceArgs, opts: $util.CustomResourceOptions): void {
  if (!loadBalancer || !rule) return;
  const { alb, target, alternate } = loadBalancer;
  const entry = { targetGroupArn: target.arn, containerName: processName, containerPort: port };
  args.loadBalancers = [entry];
  args.healthCheckGracePeriodSeconds = 60;
  // A target group can be given to a service only once a listener knows it.
  opts.dependsOn = $output(opts.dependsOn).apply((present) => [present ?? [], rule].flat());
  if (alternate) shiftTrafficByCanary(args, { entry, rule, alb, alternate });
}

/** Not for a canary: its traffic moves between two target groups, and the metric is of one. */
function scaleByRequests({ alb, target }: NonNullable<typeof loadBalancer>): void {
  const { serviceNamespace, scalableDimension, resourceId } = api.nodes.autoScalingTarget;
  new aws.appautoscaling.Policy("ApiRequests", {
    policyType: "TargetTrackingScaling",
    serviceNamespace,
    scalableDimension,
    resourceId,
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: {
        predefinedMetricType: "ALBRequestCountPerTarget",
        resourceLabel: $interpolate`${alb.nodes.loadBalancer.arnSuffix}/${target.arnSuffix}`,
      },
      targetValue: scaling.targetRequestsPerTaskPerMinute,
      scaleOutCooldown: 30,
      scaleInCooldown: 300,
    },
  });
}
