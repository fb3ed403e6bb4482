import { fleet } from "@gift/fleet/fleet";
import { beforeAll, describe, expect, test } from "vitest";
import { stageOf } from "../../infra/stage-table.ts";
import { deployments } from "./deployment.ts";
import { named, ofType, statementsOf } from "./synth/read.ts";
import type { Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";
import { bindingsOf, environmentOf, serviceNamed, servicesOf } from "./task.ts";

const { port, stopTimeoutSeconds, scaling } = fleet.services.api;

/** The stage's own number of seconds until the load balancer lets go of a task. */
function targetGroupsOf(stack: Stack) {
  return ofType(stack, "aws:lb/targetGroup:TargetGroup").map(({ inputs }) => inputs);
}

describe.each(deployments.filter(({ isDev }) => !isDev))("the API of $label", ({ stage, ...request }) => {
  const row = stageOf(stage);
  let stack: Stack;

  beforeAll(async () => {
    stack = await synthesized({ stage, ...request });
  }, 60_000);

  test("it asks of its clients what the stage's row says", () => {
    expect(environmentOf(serviceNamed(stack, "Api").process).AUTH).toBe(row.auth);
  });

  test("with a domain it speaks HTTPS and redirects to it, without one it speaks plain HTTP", () => {
    const listeners = ofType(stack, "aws:lb/listener:Listener").map(({ inputs }) => inputs);
    const redirect = { type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } };
    if (!row.domain) {
      expect(listeners).toEqual([expect.objectContaining({ port: 80, protocol: "HTTP" })]);
      expect(stack.outputs.url).toMatch(/^http:\/\/.*elb/);
      return;
    }
    const byPort = new Map(listeners.map((listener) => [listener.port, listener]));
    expect(new Set(byPort.keys())).toEqual(new Set([80, 443]));
    expect(byPort.get(80)?.defaultActions).toEqual([redirect]);
    expect(byPort.get(443)).toMatchObject({ protocol: "HTTPS", sslPolicy: expect.stringMatching(/TLS13-1-2/) });
    expect(byPort.get(443)?.certificateArn).toBeTruthy();
    expect(stack.outputs.url).toBe(`https://${row.domain}/`);
  });

  test("everything that comes in over the last listener goes to the API", () => {
    const { inputs } = named(stack, "ApiRule");
    expect(inputs.conditions).toEqual([{ pathPattern: { values: ["/*"] } }]);
    expect(inputs.listenerArn).toMatch(row.domain ? /HTTPS443/ : /HTTP80/);
    const alternate = { arn: expect.stringContaining("/ApiTargetsAlternate/"), weight: 0 };
    const targetGroups = [
      { arn: expect.stringContaining("/ApiTargets/"), weight: 100 },
      ...(row.api.deployment === "canary" ? [alternate] : []),
    ];
    expect(inputs.actions).toEqual([{ type: "forward", forward: { targetGroups } }]);
  });

  test("readiness decides over traffic, aliveness over the container", () => {
    for (const group of targetGroupsOf(stack))
      expect(group).toMatchObject({
        port,
        protocol: "HTTP",
        targetType: "ip",
        healthCheck: { path: "/readyz", matcher: "200" },
      });
    const { process } = serviceNamed(stack, "Api");
    expect(process.healthCheck?.command.slice(0, 3)).toEqual(["CMD", "node", "--eval"]);
    expect(process.healthCheck?.command[3]).toContain(`http://127.0.0.1:${port}/healthz`);
    expect(process.portMappings).toEqual([{ containerPort: port, protocol: "tcp" }]);
  });

  test("a database that fails over doesn't get its tasks replaced", () => {
    for (const { healthCheck } of targetGroupsOf(stack)) {
      const check: { interval: number; unhealthyThreshold: number } = JSON.parse(JSON.stringify(healthCheck));
      expect(check.interval * check.unhealthyThreshold).toBeGreaterThanOrEqual(100);
    }
  });

  test("a task that leaves is let go before it is killed, and takes requests until that is known", () => {
    const grace = Number(environmentOf(serviceNamed(stack, "Api").process).DRAIN_GRACE_SECONDS);
    expect(grace).toBeGreaterThanOrEqual(5);
    for (const { deregistrationDelay } of targetGroupsOf(stack)) {
      expect(deregistrationDelay).toBeGreaterThan(grace);
      expect(deregistrationDelay).toBeLessThan(stopTimeoutSeconds);
    }
  });

  test("the load balancer is in its own group, refuses odd headers, and keeps logs where losing them hurts", () => {
    const { inputs } = named(stack, "BalancerLoadBalancer");
    expect(inputs).toMatchObject({
      securityGroups: ["LoadBalancerGroup-id"],
      internal: false,
      dropInvalidHeaderFields: true,
      idleTimeout: fleet.services.api.loadBalancerIdleSeconds,
      enableDeletionProtection: row.isProtected,
    });
    if (!row.isProtected) return expect(inputs.accessLogs).toBeUndefined();
    expect(inputs.accessLogs).toMatchObject({ enabled: true, prefix: "api" });
    const statements = statementsOf(named(stack, "AccessLogPolicy"));
    expect(statements.filter(({ Effect }) => Effect === "Allow")).toMatchObject([
      {
        Action: ["s3:PutObject"],
        Resource: [expect.stringMatching(/\/api\/\*$/)],
        Condition: [{ variable: "aws:SourceArn", values: [expect.stringMatching(/:\d{12}:loadbalancer\/\*$/)] }],
      },
    ]);
    expect(named(stack, "AccessLogBucket").inputs.forceDestroy).toBe(false);
  });

  test("the API is linked to the database and the queue that it sends to", () => {
    expect(bindingsOf(serviceNamed(stack, "Api").process)).toEqual(new Set(["App", "Database", "GiftQueueProducer"]));
  });

  test("only the API stands behind the load balancer", () => {
    for (const { name, service } of servicesOf(stack)) {
      const entries = [service.inputs.loadBalancers ?? []].flat();
      expect(entries).toHaveLength(name === "Api" ? 1 : 0);
    }
    expect(serviceNamed(stack, "Api").service.inputs).toMatchObject({
      loadBalancers: [{ containerName: "process", containerPort: port }],
      healthCheckGracePeriodSeconds: 60,
      networkConfiguration: { securityGroups: ["ApiGroup-id"] },
    });
    expect(serviceNamed(stack, "Api").service.options.dependsOn).toContain("ApiRule");
  });

  test("it scales between the stage's limits, and no policy exists that has nothing to decide", () => {
    const { minTasks, maxTasks, deployment } = row.api;
    expect(named(stack, "ApiAutoScalingTarget").inputs).toMatchObject({ minCapacity: minTasks, maxCapacity: maxTasks });
    const policies = ofType(stack, "aws:appautoscaling/policy:Policy").filter(({ name }) => name.startsWith("Api"));
    const targets = policies.map(({ inputs }) => JSON.stringify(inputs.targetTrackingScalingPolicyConfiguration));
    if (maxTasks === minTasks) return expect(targets).toEqual([]);
    expect(targets.some((target) => target.includes(`"targetValue":${scaling.targetCpuPercent}`))).toBe(true);
    const countsRequests = targets.some((target) =>
      target.includes(`"targetValue":${scaling.targetRequestsPerTaskPerMinute}`),
    );
    expect(countsRequests).toBe(deployment === "rolling");
  });

  test("a canary shifts a tenth first and goes back on an alarm; otherwise there is one target group", () => {
    const { inputs } = serviceNamed(stack, "Api").service;
    if (row.api.deployment === "rolling") {
      expect(targetGroupsOf(stack)).toHaveLength(1);
      expect(inputs.deploymentConfiguration).toBeUndefined();
      return;
    }
    expect(inputs.deploymentConfiguration).toMatchObject({
      strategy: "CANARY",
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: "5" },
    });
    expect(inputs.loadBalancers).toMatchObject([
      {
        targetGroupArn: expect.stringContaining("/ApiTargets/"),
        advancedConfiguration: {
          alternateTargetGroupArn: expect.stringContaining("/ApiTargetsAlternate/"),
          productionListenerRule: expect.stringContaining("ApiRule"),
          roleArn: expect.stringContaining("CanaryRole"),
        },
      },
    ]);
    expect(named(stack, "ApiRule").options.ignoreChanges).toEqual(["actions"]);
    const alarms = ofType(stack, "aws:cloudwatch/metricAlarm:MetricAlarm").map((alarm) => alarm.inputs);
    expect(inputs.alarms).toMatchObject({ enable: true, rollback: true });
    const { alarmNames }: { alarmNames: string[] } = JSON.parse(JSON.stringify(inputs.alarms));
    expect(new Set(alarmNames)).toEqual(new Set(alarms.map(({ name }) => name)));
    expect(alarmNames).toHaveLength(2);
    for (const alarm of alarms) expect(alarm.treatMissingData).toBe("notBreaching");
  });
});

test("of the permanent stages only production takes canaries", async () => {
  expect(
    ["staging", "production", "public", "customer"].filter((name) => stageOf(name).api.deployment === "canary"),
  ).toEqual(["production"]);
});
