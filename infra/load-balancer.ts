import { fleet } from "@gift/fleet/fleet";
import { accessLog } from "./access-log.ts";
import { network } from "./network.ts";
import { stage } from "./stage.ts";

const { port, stopTimeoutSeconds, loadBalancerIdleSeconds } = fleet.services.api;

/** Health by `/readyz`, every so many seconds. */
const healthCheck = { path: "/readyz", matcher: "200", interval: 10, timeout: 5, healthyThreshold: 2 };

/**
 * The load balancer of the API and its production rule; undefined in `sst dev`. `sst.aws.Alb` and not the Service's
 * own: ECS shifts a canary's traffic by a rule's weights, and SST keeps its rules to itself.
 */
export const loadBalancer = $dev ? undefined : declare();

function declare() {
  const alb = new sst.aws.Alb("Balancer", {
    vpc: { id: network.vpc.id, publicSubnets: network.subnets.loadBalancer, privateSubnets: [] },
    ...(stage.domain && { domain: stage.domain }),
    listeners: [{ port: 80, protocol: "http" }, ...(stage.domain ? [{ port: 443, protocol: "https" } as const] : [])],
    transform: {
      loadBalancer: hardenLoadBalancer,
      // SST's own group lets the world in on every port. It isn't used; nothing that is attached to it by mistake is
      // open.
      securityGroup: { ingress: [], egress: [] },
      listener: secureListener,
    },
  });
  const target = targetGroup("ApiTargets");
  // Of a canary: the old version's tasks are in one group and the new one's in the other, in turn.
  const alternate = stage.api.deployment === "canary" ? targetGroup("ApiTargetsAlternate") : undefined;
  const listener = stage.domain ? alb.getListener("https", 443) : alb.getListener("http", 80);
  return { alb, target, alternate, listener };
}

function targetGroup(name: string): aws.lb.TargetGroup {
  return new aws.lb.TargetGroup(name, {
    vpcId: network.vpc.id,
    port,
    protocol: "HTTP",
    targetType: "ip",
    // 100 s: ECS replaces what the load balancer calls unhealthy, and new tasks can't bring Postgres back. A failover
    // of RDS takes 60 to 120 s; meanwhile, with every task not ready, requests are still passed on and answered 503
    // with Retry-After.
    healthCheck: { ...healthCheck, unhealthyThreshold: 10 },
    // Requests in flight may end; then the task stops, of which its own drain still needs half the time.
    deregistrationDelay: stopTimeoutSeconds / 2,
    loadBalancingAlgorithmType: "least_outstanding_requests",
  });
}

function hardenLoadBalancer(args: aws.lb.LoadBalancerArgs, opts: $util.CustomResourceOptions): undefined {
  args.securityGroups = [network.securityGroups.loadBalancer.id];
  args.dropInvalidHeaderFields = true;
  args.idleTimeout = loadBalancerIdleSeconds;
  args.enableDeletionProtection = stage.isProtected;
  if (!accessLog) return;
  args.accessLogs = { enabled: true, bucket: accessLog.bucket.name, prefix: "api" };
  // It writes a test object when logging is switched on, and fails without the bucket's policy.
  opts.dependsOn = accessLog.bucket;
}

/** With a domain, plain HTTP only redirects; without, it is all there is. */
function secureListener(args: aws.lb.ListenerArgs): undefined {
  if (args.protocol === "HTTPS") args.sslPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
  if (args.protocol === "HTTPS" || !stage.domain) return;
  args.defaultActions = [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } }];
}
