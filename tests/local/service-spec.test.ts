import { existsSync } from "node:fs";
import { join } from "node:path";
import { consumerBinding, producerBinding } from "@gift/fleet/binding";
import { ofEachQueue } from "@gift/fleet/each-queue";
import { fleet } from "@gift/fleet/fleet";
import type { Settings } from "@gift/local/command/settings";
import { repositoryFolder } from "@gift/local/repository";
import { apiSpec, consoleSpec, linkEnvironment, otherRoles, workerSpecs } from "@gift/local/stack/service-spec";
import { traced } from "@gift/local/stack/tracing";
import { expect, test } from "vitest";

const settings: Settings = {
  port: 3456,
  dataFolder: "/data",
  environmentFile: "/data/env",
  fresh: false,
  failureRate: 0.3,
  workers: 3,
  logLevel: "error",
};
const links = {
  database: { host: "h", port: 1, database: "d", username: "u", auth: "password", password: "p" },
  queues: ofEachQueue((name) => `http://q:1/0/${name}`),
} as const;

test("bindings are named by the fleet's resources", () => {
  expect(producerBinding("gift")).toBe("GiftQueueProducer");
  expect(consumerBinding("gift-dead-letters")).toBe("GiftDeadLettersConsumer");
});

test("a service's resources arrive as SST would send them", () => {
  const environment = linkEnvironment(links);
  const resource = (name: string): unknown => JSON.parse(environment[`SST_RESOURCE_${name}`] ?? "null");
  expect(resource("App")).toEqual({ name: "gift", stage: "local" });
  expect(resource("Database")).toEqual(links.database);
  expect(resource("GiftQueueProducer")).toEqual({ url: links.queues.gift });
  expect(resource("GiftQueueConsumer")).toEqual({ url: links.queues.gift });
  expect(resource("GiftDeadLettersConsumer")).toEqual({ url: links.queues["gift-dead-letters"] });
  expect(environment.AWS_ENDPOINT_URL_SQS).toBe("http://q:1");
});

test("every role of the fleet runs, the senders as often as asked", () => {
  const roles = workerSpecs(settings, links).map(({ environment }) => environment.ROLES);
  expect(roles).toEqual(["gift", "gift", "gift", otherRoles.join(",")]);
  const consumersAndSweeps = Object.entries(fleet.services).filter(([, { kind }]) => kind !== "http");
  expect(new Set(roles.join(",").split(","))).toEqual(new Set(consumersAndSweeps.map(([name]) => name)));
});

test("only the handler of dead letters is given Slack's address, where there is one", () => {
  const slackWebhookUrl = "http://127.0.0.1:9/services/x";
  const addresses = workerSpecs({ ...settings, slackWebhookUrl }, links).map(
    (spec) => spec.environment.SLACK_WEBHOOK_URL,
  );
  expect(addresses).toEqual([undefined, undefined, undefined, slackWebhookUrl]);
  for (const { environment } of workerSpecs(settings, links))
    expect(environment).not.toHaveProperty("SLACK_WEBHOOK_URL");
});

test("a process has the longest stop timeout of its roles", () => {
  const { outbox, "dead-letters": deadLetters } = fleet.services;
  const longest = Math.max(outbox.stopTimeoutSeconds, deadLetters.stopTimeoutSeconds);
  expect(workerSpecs(settings, links).at(-1)?.stopTimeoutSeconds).toBe(longest);
  expect(apiSpec(settings, links).stopTimeoutSeconds).toBe(fleet.services.api.stopTimeoutSeconds);
});

test("the API listens on the loopback address, and a quiet terminal doesn't hide that a service is ready", () => {
  const { environment } = apiSpec(settings, links);
  expect(environment).toMatchObject({ HOST: "127.0.0.1", PORT: "3456", LOG_LEVEL: "info", TEST_VALUES: "allowed" });
  expect(apiSpec({ ...settings, logLevel: "debug" }, links).environment.LOG_LEVEL).toBe("debug");
});

test("the operator page is for this machine, and asks for no key", () => {
  const { environment } = consoleSpec(settings, links, 3457);
  expect(environment).toMatchObject({ HOST: "127.0.0.1", PORT: "3457", LOG_LEVEL: "info" });
  expect(Object.keys(environment)).not.toContain("CONSOLE_KEY");
});

test("no service's trouble is a reason to throw its data away", () => {
  const specs = [apiSpec(settings, links), consoleSpec(settings, links, 1), ...workerSpecs(settings, links)];
  expect(specs.filter(({ advice }) => advice.includes("--fresh"))).toEqual([]);
});

test("every entry point that is started exists", () => {
  for (const { command } of [
    apiSpec(settings, links),
    consoleSpec(settings, links, 1),
    ...workerSpecs(settings, links),
  ])
    expect(command.filter((word) => !existsSync(join(repositoryFolder, word)))).toEqual([]);
});

test("a process is traced when the environment names an agent, as the service that it is on AWS, and not otherwise", () => {
  const spec = apiSpec(settings, links);
  expect(traced(spec, "api", { DD_SERVICE: "mine", DD_ENV: "mine" })).toBe(spec);
  for (const address of [{ DD_TRACE_AGENT_URL: "http://a:1" }, { DD_AGENT_HOST: "a" }, { DD_TRACE_AGENT_PORT: "1" }]) {
    const { command, environment } = traced(spec, "api", { ...address, DD_SERVICE: "mine", HOME: "/home" });
    expect(command).toEqual(["--import", "./packages/telemetry/src/instrument.ts", ...spec.command]);
    expect(environment).toMatchObject({ ...spec.environment, ...address, DD_SERVICE: "api", DD_ENV: "local" });
    expect(environment).not.toHaveProperty("HOME");
  }
});
