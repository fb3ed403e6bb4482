import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acceptableBacklogPerTask } from "@gift/fleet/backlog";
import type { ConsumerService, FleetDeclaration } from "@gift/fleet/declaration";
import { fleet, workerNames } from "@gift/fleet/fleet";
import { problemsOf } from "@gift/fleet/problems";
import type { Settings } from "@gift/local/command/settings";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startSqs } from "../support/sqs.ts";
import { checks } from "./check/all.ts";
import { queueProblems } from "./check/queue.ts";
import { named } from "./synth/read.ts";
import { root } from "./synth/repository.ts";
import type { Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";
import { bindingsOf, environmentOf, serviceNamed } from "./task.ts";

const example: ConsumerService = {
  ...fleet.services.gift,
  consumes: "example",
  publishes: ["gift"],
  slots: 3,
  stopTimeoutSeconds: 75,
  scaling: { acceptableWaitSeconds: 90, secondsPerMessage: 0.5 },
};

/** The fleet with a queue, its dead-letter queue and a worker more: what a developer would add, and nothing else. */
const extended: FleetDeclaration = {
  queues: {
    ...fleet.queues,
    example: {
      resource: "ExampleQueue",
      visibilityTimeoutSeconds: 40,
      retentionSeconds: 86_400,
      deadLetter: { queue: "example-dead-letters", maxReceiveCount: 3 },
    },
    "example-dead-letters": {
      resource: "ExampleDeadLetters",
      visibilityTimeoutSeconds: 40,
      retentionSeconds: 7 * 86_400,
    },
  },
  services: { ...fleet.services, example },
};

const localDatabase = { host: "h", port: 1, database: "d", username: "u", auth: "password", password: "p" } as const;
const localSettings: Settings = {
  port: 1,
  dataFolder: "/data",
  environmentFile: "/data/env",
  fresh: false,
  failureRate: 0,
  workers: 1,
  logLevel: "info",
};

const roles = [...workerNames, "example"];

/** Puts the fleet where a synthesis finds it; named by its content, as syntheses are kept by name. */
function writeFleet(): string {
  const text = `export const fleet = ${JSON.stringify(extended)};\n`;
  const path = `.sst/fleet.${createHash("sha256").update(text).digest("hex").slice(0, 12)}.ts`;
  mkdirSync(join(root, ".sst"), { recursive: true });
  writeFileSync(join(root, path), text);
  return path;
}

describe("one entry more for a queue, its dead letters and a worker", () => {
  let production: Stack;
  let staging: Stack;
  let dev: Stack;

  beforeAll(async () => {
    expect(problemsOf(extended)).toEqual([]);
    const added = writeFleet();
    production = await synthesized({ stage: "production", fleet: added });
    staging = await synthesized({ stage: "staging", fleet: added });
    dev = await synthesized({ stage: "dave", isDev: true, fleet: added });
  }, 120_000);

  test("yields the queues as declared", () => {
    expect(queueProblems(production, extended)).toEqual([]);
    const redrive: unknown = JSON.parse(String(named(production, "ExampleQueueQueue").inputs.redrivePolicy));
    expect(redrive).toMatchObject({ maxReceiveCount: 3 });
  });

  test("yields a service with an agent, linked to its own queues, that has its time to stop", () => {
    const { process, agent, service } = serviceNamed(production, "ExampleWorker");
    expect(environmentOf(process).ROLES).toBe("example");
    expect(bindingsOf(process)).toEqual(new Set(["App", "Database", "GiftQueueProducer", "ExampleQueueConsumer"]));
    expect(process.stopTimeout).toBe(75);
    expect(agent.essential).toBe(false);
    expect(service.options.dependsOn).toContain("MigrationRun");
    expect(production.outputs.taskDefinitions).toHaveProperty("ExampleWorker");
    expect(production.outputs.queueUrls).toHaveProperty("example-dead-letters");
  });

  test("yields a scaling policy with a target of its own", () => {
    expect(named(production, "ExampleWorkerBacklogOfexample").inputs).toMatchObject({
      resourceId: expect.stringMatching(/\/ExampleWorker$/),
      targetTrackingScalingPolicyConfiguration: { targetValue: acceptableBacklogPerTask(example) },
    });
    expect(acceptableBacklogPerTask(example)).toBe(540);
  });

  test("joins the one worker of a small stage, and `sst dev`", () => {
    expect(environmentOf(serviceNamed(staging, "Worker").process).ROLES).toBe(roles.join(","));
    expect(serviceNamed(staging, "Worker").process.stopTimeout).toBe(75);
    expect(dev.devCommands.WorkerDev).toMatchObject({
      environment: { ROLES: roles.join(",") },
      links: expect.arrayContaining(["ExampleQueueConsumer"]),
    });
  });

  test("yields its monitors, whose queries name what AWS calls the queues and the service", () => {
    const queryOf = (key: string) => named(production, `Monitor${key}`).inputs.query;
    const name = (queue: string) => String(named(production, queue).inputs.name);
    expect(queryOf("QueueAgeExample")).toContain(`{queuename:${name("ExampleQueueQueue").toLowerCase()}}`);
    expect(queryOf("DeadLetterExampleDeadLetters")).toContain("queue:example-dead-letters");
    expect(queryOf("TasksMissingExampleWorker")).toContain("servicename:exampleworker");
    expect(queryOf("CircuitOpenExample")).toContain("queue:example");
    // 540 messages per task, for three.
    expect(queryOf("QueueBacklogExample")).toMatch(/ > 1620$/);
  });

  test("runs on the local stack, linked to its own queues there", async () => {
    const sqs = await startSqs();
    onTestFinished(() => sqs.close());
    vi.resetModules();
    vi.doMock("@gift/fleet/fleet", () => ({ fleet: extended, workerNames: roles }));
    onTestFinished(() => void vi.doUnmock("@gift/fleet/fleet"));
    const { ensureQueues } = await import("@gift/local/sqs/queues");
    const { workerSpecs } = await import("@gift/local/stack/service-spec");
    const queues = await ensureQueues(sqs.origin);
    const environment = workerSpecs(localSettings, { database: localDatabase, queues }).at(-1)?.environment;
    expect(environment?.ROLES).toBe(roles.filter((role) => role !== "gift").join(","));
    const { url }: { url: string } = JSON.parse(environment?.SST_RESOURCE_ExampleQueueConsumer ?? "{}");
    expect(await sqs.counts(url)).toEqual({ visible: 0, inFlight: 0 });
  });

  test("keeps everything that must hold", () => {
    for (const stack of [production, staging, dev])
      for (const [name, check] of Object.entries(checks)) expect(check(stack), name).toEqual([]);
  });
});
