import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetDeclaration } from "@gift/fleet/declaration";
import { fleet } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import { beforeAll, describe, expect, test } from "vitest";
import { stageOf } from "../../infra/stage-table.ts";
import { deployments } from "./deployment.ts";
import { named, ofType, statementsOf } from "./synth/read.ts";
import { root } from "./synth/repository.ts";
import type { Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";
import { type DeployedService, environmentOf, servicesOf } from "./task.ts";

const { services: entries }: FleetDeclaration = fleet;
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
const imageVolumes: readonly string[] = JSON.parse(/^VOLUME (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]");

/** The fleet's entries that a service says it runs. */
function entriesOf({ process }: DeployedService) {
  const names = environmentOf(process).ROLES?.split(",") ?? ["api"];
  return names.map((name) => entries[name]).filter((entry) => entry !== undefined);
}

describe.each(deployments.filter(({ isDev }) => !isDev))("every service of $label", ({ stage, ...request }) => {
  let stack: Stack;
  let services: readonly DeployedService[];

  beforeAll(async () => {
    stack = await synthesized({ stage, ...request });
    services = servicesOf(stack);
  }, 60_000);

  test("every entry of the fleet runs in exactly one service", () => {
    const roles = services.flatMap(({ process }) => environmentOf(process).ROLES?.split(",") ?? ["api"]);
    expect(roles).toHaveLength(Object.keys(entries).length);
    expect(new Set(roles)).toEqual(new Set(Object.keys(entries)));
  });

  test("the agent is given no link, and its key only by reference", () => {
    for (const { agent } of services) {
      expect(Object.keys(environmentOf(agent)).filter((name) => name.startsWith("SST_"))).toEqual([]);
      expect(agent.secrets).toEqual([
        { name: "DD_API_KEY", valueFrom: expect.stringMatching(`:parameter/gift/${stage}/datadog-api-key$`) },
      ]);
      expect(Object.keys(environmentOf(agent))).not.toContain("DD_API_KEY");
    }
    const parameter = named(stack, "DatadogApiKey");
    expect(parameter.inputs).toMatchObject({ type: "SecureString", value: "not set yet" });
    expect(parameter.options.ignoreChanges).toEqual(["value"]);
  });

  test("the process writes its log where the agent reads it, under the service's three tags", () => {
    for (const { agent, process, definition } of services) {
      const label = process.dockerLabels?.["com.datadoghq.ad.logs"] ?? "[]";
      const [source] = JSON.parse(label);
      expect(source).toMatchObject({ type: "file", path: "/var/log/gift/*.log" });
      const volume = { sourceVolume: "log", containerPath: "/var/log/gift" };
      expect(process.mountPoints).toContainEqual({ ...volume, readOnly: false });
      expect(agent.mountPoints).toContainEqual({ ...volume, readOnly: true });
      expect(definition.inputs.volumes).toContainEqual({ name: "log" });
      const { DD_ENV, DD_SERVICE, DD_VERSION } = environmentOf(process);
      expect(DD_ENV).toBe(stage);
      expect(process.dockerLabels).toMatchObject({
        "com.datadoghq.tags.env": DD_ENV,
        "com.datadoghq.tags.service": DD_SERVICE,
        "com.datadoghq.tags.version": DD_VERSION,
      });
      expect(source.service).toBe(DD_SERVICE);
    }
  });

  test("the agent tells its task from others: without a host, their counts would overwrite each other", () => {
    for (const { agent } of services)
      expect(agent.environment).toContainEqual({ name: "DD_DOGSTATSD_TAG_CARDINALITY", value: "orchestrator" });
  });

  test("an agent that restarts in place goes on reading where it was", () => {
    for (const { agent, definition } of services) {
      const place = { sourceVolume: "agent", containerPath: "/opt/datadog-agent/run", readOnly: false };
      expect(agent.mountPoints).toContainEqual(place);
      expect(definition.inputs.volumes).toContainEqual({ name: "agent" });
    }
  });

  test("Datadog's service is the one that the process writes into its log lines", () => {
    for (const { process } of services) {
      const source = readFileSync(join(root, process.command?.at(-1) ?? ""), "utf8");
      expect(source).toContain(`createLog({ service: "${environmentOf(process).DD_SERVICE}"`);
    }
  });

  test("the process runs as the image's user, and its output is no terminal's", () => {
    for (const { process } of services) {
      expect(process.pseudoTerminal).toBe(false);
      expect(process.user).toBe("1000:1000");
    }
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  test("what is run exists in the image, and what is written to is a volume of its user", () => {
    expect(dockerfile).toMatch(/^WORKDIR \/app$/m);
    expect(dockerfile).toMatch(/^COPY packages packages$/m);
    for (const { process } of services) {
      const [program, ...words] = process.command ?? [];
      const file = words.at(-1) ?? "";
      expect(program).toBe("node");
      expect(file).toMatch(/^packages\//);
      expect(existsSync(join(root, file))).toBe(true);
      const writable = process.mountPoints?.filter(({ readOnly }) => !readOnly) ?? [];
      expect(new Set(writable.map(({ containerPath }) => containerPath))).toEqual(new Set(imageVolumes));
    }
  });

  test("all run one image by its digest, built from the Dockerfile that there is", () => {
    const images = new Set(services.map(({ process }) => process.image));
    expect(Array.from(images)).toEqual([expect.stringMatching(/^[\w.-]+\/gift-[\w-]+@sha256:[0-9a-f]{64}$/)]);
    const [image, ...others] = ofType(stack, "docker-build:index:Image");
    expect(others).toEqual([]);
    expect(image?.inputs).toMatchObject({ push: true, dockerfile: { location: join(root, "Dockerfile") } });
    expect(image?.inputs.target).toBeUndefined();
  });

  test("a process has the time to stop and the heap that the fleet declares", () => {
    for (const deployed of services) {
      const runs = entriesOf(deployed);
      const slowest = Math.max(...runs.map(({ stopTimeoutSeconds }) => stopTimeoutSeconds));
      expect(deployed.process.stopTimeout).toBe(slowest);
      expect(environmentOf(deployed.process).NODE_OPTIONS).toBe(nodeOptions(runs));
    }
  });

  test("a process is traced by the preload that the image has, and writes its log where the agent's label says", () => {
    for (const { process, agent } of services) {
      expect(process.command).toEqual(["node", ...preload, expect.stringMatching(/^packages\/\w+\/src\/main\.ts$/)]);
      expect(existsSync(join(root, preload[1]))).toBe(true);
      const directory = environmentOf(process).LOG_DIRECTORY;
      expect(environmentOf(process)).toMatchObject(tracerEnvironment);
      expect(process.dockerLabels?.["com.datadoghq.ad.logs"]).toContain(`"path":"${directory}/*.log"`);
      for (const { mountPoints } of [process, agent])
        expect(mountPoints?.map(({ containerPath }) => containerPath)).toContain(directory);
    }
  });

  test("a deploy ends when its tasks run, and they carry the stage's tags", () => {
    for (const { service } of services)
      expect(service.inputs).toMatchObject({
        waitForSteadyState: true,
        propagateTags: "SERVICE",
        enableEcsManagedTags: true,
      });
  });

  test("capacity is the stage's share of Spot, by providers from the first day on", () => {
    for (const { name, service } of services) {
      const { spotShare } = name === "Api" ? stageOf(stage).api : stageOf(stage).worker;
      const strategies: readonly { capacityProvider: string; weight: number }[] = JSON.parse(
        JSON.stringify(service.inputs.capacityProviderStrategies),
      );
      const total = strategies.reduce((sum, { weight }) => sum + weight, 0);
      const spot = strategies.find(({ capacityProvider }) => capacityProvider === "FARGATE_SPOT")?.weight ?? 0;
      expect(spot / total).toBeCloseTo(spotShare, 2);
      expect(service.inputs.launchType).toBeUndefined();
    }
  });

  test("tasks have an address of their own only where there is no NAT", () => {
    const isPublic = stageOf(stage).network.subnets === "public";
    for (const { service } of services)
      expect(service.inputs.networkConfiguration).toMatchObject({
        assignPublicIp: isPublic,
        subnets: [expect.stringContaining(isPublic ? "Public" : "Private"), expect.anything()],
      });
  });

  test("what starts a task reads the keys that its containers are given, pulls one image and writes to its own log groups", () => {
    for (const { name, process, agent } of services) {
      const given = [...(agent.secrets ?? []), ...(process.secrets ?? [])].map(({ valueFrom }) => valueFrom);
      const statements = statementsOf(named(stack, `${name}ExecutionRole`));
      const allowed = Object.fromEntries(statements.map(({ Action, Resource }) => [Action.join(), Resource.join()]));
      expect(allowed).toEqual({
        "ecr:GetAuthorizationToken": "*",
        "ecr:BatchGetImage,ecr:GetDownloadUrlForLayer": expect.stringMatching(/:repository\/gift-[\w-]+$/),
        "logs:CreateLogStream,logs:PutLogEvents": expect.stringMatching(`:log-group:/gift/${stage}/${name}[*]$`),
        "ssm:GetParameters": given.join(),
      });
      expect(named(stack, `${name}ExecutionRole`).inputs.managedPolicyArns).toEqual([]);
    }
  });

  test("logs are kept as long as the stage says, in groups that the execution role may write", () => {
    const days = { "1 day": 1, "1 week": 7, "1 month": 30 }[stageOf(stage).logRetention];
    for (const { name, process, agent } of services)
      for (const container of [process, agent]) {
        const group = named(stack, `${name}LogGroup${container.name}`);
        expect(group.inputs).toEqual({ name: `/gift/${stage}/${name}/${container.name}`, retentionInDays: days });
        expect(container.logConfiguration?.options["awslogs-group"]).toBe(group.inputs.name);
      }
  });
});
