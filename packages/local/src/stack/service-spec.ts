import { join } from "node:path";
import { consumerBinding, producerBinding } from "@gift/fleet/binding";
import type { ServiceDeclaration } from "@gift/fleet/declaration";
import { queueNames } from "@gift/fleet/each-queue";
import { fleet, type ServiceName, workerNames } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import type { Settings } from "../command/settings.ts";
import type { DatabaseLink } from "../database-link.ts";
import type { ProcessSpec } from "../process/process-spec.ts";
import { localAws, type QueueUrls } from "../sqs/queues.ts";
import { traced } from "./tracing.ts";

/** What the services are linked to. */
export interface Links {
  readonly database: DatabaseLink;
  readonly queues: QueueUrls;
}

/** The roles that do little: they share a process. */
export const otherRoles = workerNames.filter((name) => name !== "gift");

/** Everything SST would put into a linked process's environment, and an AWS account that doesn't exist. */
export function linkEnvironment(links: Links): Record<string, string> {
  const queues = queueNames.flatMap((name) =>
    [producerBinding(name), consumerBinding(name)].map((binding) => [binding, { url: links.queues[name] }] as const),
  );
  const resources = { App: { name: "gift", stage: "local" }, Database: links.database, ...Object.fromEntries(queues) };
  return {
    ...Object.fromEntries(
      Object.entries(resources).map(([name, value]) => [`SST_RESOURCE_${name}`, JSON.stringify(value)]),
    ),
    ...localAws,
    AWS_ENDPOINT_URL_SQS: new URL(links.queues.gift).origin,
  };
}

/** The API's process. */
export function apiSpec(settings: Settings, links: Links): ProcessSpec {
  const environment = {
    ...serviceEnvironment(settings, links, ["api"]),
    PORT: String(settings.port),
    HOST: "127.0.0.1",
    AUTH: "none",
  };
  return traced({ ...service("api", ["packages/api/src/main.ts"], ["api"]), environment }, "api");
}

/** The operator page's process; it serves whoever sits at this machine, and asks for no key. */
export function consoleSpec(settings: Settings, links: Links, port: number): ProcessSpec {
  return {
    name: "console",
    command: ["packages/console/src/main.ts"],
    environment: { ...commonEnvironment(settings, links), PORT: String(port), HOST: "127.0.0.1" },
    stopTimeoutSeconds: 10,
    killSignal: "SIGKILL",
    advice: "Mend what they say and run it again.",
  };
}

/** The workers' processes: as many as asked for that send gifts, and one for the other roles. */
export function workerSpecs(settings: Settings, links: Links): readonly ProcessSpec[] {
  const worker = (name: string, roles: readonly ServiceName[]): ProcessSpec => ({
    ...service(name, ["packages/worker/src/main.ts"], roles),
    environment: {
      ...serviceEnvironment(settings, links, roles),
      ROLES: roles.join(","),
      FAILURE_RATE: String(settings.failureRate),
      // A stop waits for the poll that is open, and nobody at a terminal waits 20 s.
      WAIT_TIME_SECONDS: "2",
      RETRY_BASE_SECONDS: "1",
      ...(roles.includes("dead-letters") &&
        settings.slackWebhookUrl && { SLACK_WEBHOOK_URL: settings.slackWebhookUrl }),
    },
  });
  const senders = Array.from({ length: settings.workers }, (_, index) => worker(`gift-worker-${index + 1}`, ["gift"]));
  const workers = [...senders, worker(otherRoles.join("-and-"), otherRoles)];
  return workers.map((spec) => traced(spec, "worker"));
}

function service(
  name: string,
  command: readonly string[],
  roles: readonly ServiceName[],
): Omit<ProcessSpec, "environment"> {
  const declared = fleet.services as Readonly<Record<ServiceName, ServiceDeclaration>>;
  return {
    name,
    command,
    stopTimeoutSeconds: Math.max(...roles.map((role) => declared[role].stopTimeoutSeconds)),
    killSignal: "SIGKILL",
    // Not --fresh: no service's trouble is worth the data. Where Postgres's or the queue's files are, they say so.
    advice: "Mend what they say and run it again.",
  };
}

function serviceEnvironment(settings: Settings, links: Links, roles: readonly ServiceName[]): Record<string, string> {
  return {
    ...commonEnvironment(settings, links),
    NODE_OPTIONS: nodeOptions(roles.map((role) => fleet.services[role])),
    TEST_VALUES: "allowed",
  };
}

function commonEnvironment(settings: Settings, links: Links): Record<string, string> {
  return {
    ...linkEnvironment(links),
    // Stripped types and compiled code of the last start: ready sooner, and some 25 MB less in memory.
    NODE_COMPILE_CACHE: join(settings.dataFolder, "compile-cache"),
    // Below info a service wouldn't say that it's ready; what is shown here is chosen by the supervisor.
    LOG_LEVEL: settings.logLevel === "debug" ? "debug" : "info",
  };
}
