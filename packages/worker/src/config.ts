import { consumerBinding, producerBinding } from "@gift/fleet/binding";
import type { ServiceDeclaration } from "@gift/fleet/declaration";
import { fleet, type QueueName, type WorkerName, workerNames } from "@gift/fleet/fleet";
import { appLink } from "@gift/link/app";
import { readBinding } from "@gift/link/binding";
import { check } from "@gift/link/check";
import { type DatabaseLink, databaseLink } from "@gift/link/database";
import { oneOf } from "@gift/link/one-of";
import { queueLink } from "@gift/link/queue";
import { type LogLevel, logLevels } from "@gift/telemetry/logger";
import { type Static, Type } from "@sinclair/typebox";
import { Resource } from "sst/resource";
import type { SlackContext } from "./notification/slack-message.ts";
import { parseWebhookUrl } from "./notification/webhook-url.ts";

export interface Config {
  readonly logLevel: LogLevel;
  /** Where the agent reads the log from; undefined where standard output is enough. */
  readonly logDirectory?: string | undefined;
  /** Share of the simulated provider's calls that fail, 0 to 1. */
  readonly failureRate: number;
  readonly areTestValuesAllowed: boolean;
  /** Overrides the fleet's long-poll wait. */
  readonly waitTimeSeconds: number | undefined;
  /** Overrides the fleet's first backoff. */
  readonly retryBaseSeconds: number | undefined;
  /** Set by ECS: the address of task protection. */
  readonly ecsAgentUri: string | undefined;
  readonly database: DatabaseLink;
  /** The requested roles. */
  readonly roles: readonly WorkerName[];
  /** Of the queues that the fleet says they work on. */
  readonly queueUrls: ReadonlyMap<QueueName, string>;
  /** Undefined when nobody is told, or not by this process. */
  readonly slack: SlackLink | undefined;
}

/** Where people are told of dead letters. */
export interface SlackLink extends Omit<SlackContext, "queue"> {
  readonly webhookUrl: string;
}

/** What the local stack calls itself. */
const localStage = "local";

const environment = Type.Object({
  ROLES: Type.String({ default: "" }),
  LOG_LEVEL: oneOf(logLevels, "info"),
  LOG_DIRECTORY: Type.Optional(Type.String({ pattern: "^/" })),
  FAILURE_RATE: Type.Number({ minimum: 0, maximum: 1, default: 0.2 }),
  TEST_VALUES: oneOf(["allowed", "refused"], "refused"),
  WAIT_TIME_SECONDS: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
  RETRY_BASE_SECONDS: Type.Optional(Type.Number({ minimum: 0, maximum: 900 })),
  /** A secret: it is checked apart, because what is checked here is repeated in the error. */
  SLACK_WEBHOOK_URL: Type.Optional(Type.String()),
  RUNBOOK_URL: Type.Optional(Type.String({ pattern: "^https://" })),
  ECS_AGENT_URI: Type.Optional(Type.String({ pattern: "^http://" })),
});

/**
 * Reads what this process is to do and what it is linked to. A role that isn't asked for needs none of its links.
 * @throws Error in one sentence that names the variable or the binding
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, resources: object = Resource): Config {
  const values = check(environment, env, "the environment");
  const roles = parseRoles(values.ROLES);
  return {
    logLevel: values.LOG_LEVEL,
    logDirectory: values.LOG_DIRECTORY,
    failureRate: values.FAILURE_RATE,
    areTestValuesAllowed: values.TEST_VALUES === "allowed",
    waitTimeSeconds: values.WAIT_TIME_SECONDS,
    retryBaseSeconds: values.RETRY_BASE_SECONDS,
    ecsAgentUri: values.ECS_AGENT_URI,
    database: readBinding(resources, "Database", databaseLink),
    roles,
    queueUrls: queueUrlsOf(roles, resources),
    slack: roles.includes("dead-letters") ? slackOf(resources, values) : undefined,
  };
}

function parseRoles(text: string): readonly WorkerName[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !workerNames.some((role) => role === name));
  if (unknown === undefined) return workerNames.filter((role) => names.includes(role));
  const given = unknown === "" ? "it names no role" : `there is no role ${unknown}`;
  throw new Error(`ROLES: ${given}; give one or more of ${workerNames.join(", ")}, with commas between them`);
}

/** A queue that one role consumes and another publishes to is linked twice, with the same address. */
function queueUrlsOf(roles: readonly WorkerName[], resources: object): Config["queueUrls"] {
  const linked = roles.flatMap((role) => bindingsOf(fleet.services[role]));
  return new Map(linked.map(([queue, binding]) => [queue, readBinding(resources, binding, queueLink).url]));
}

function bindingsOf(service: ServiceDeclaration<QueueName>): readonly (readonly [QueueName, string])[] {
  const { publishes = [] } = service;
  const produced = publishes.map((queue) => [queue, producerBinding(queue)] as const);
  return service.kind === "consumer" ? [...produced, [service.consumes, consumerBinding(service.consumes)]] : produced;
}

function slackOf(resources: object, values: Static<typeof environment>): SlackLink | undefined {
  const webhookUrl = parseWebhookUrl(values.SLACK_WEBHOOK_URL);
  if (webhookUrl === undefined) return undefined;
  const { stage } = readBinding(resources, "App", appLink);
  // Of a deployed stage, only tasks reach the database.
  const operatorCommand = stage === localStage ? "bun run ops" : `bun run operate ${stage}`;
  return { webhookUrl, stage, operatorCommand, runbookUrl: values.RUNBOOK_URL };
}
