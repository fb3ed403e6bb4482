import { resolve } from "node:path";
import type { ArgsDef, ParsedArgs } from "citty";
import { type DatabaseLink, parseDatabaseUrl } from "../database-link.ts";
import { repositoryFolder } from "../repository.ts";
import { UsageError } from "./usage-error.ts";
import { fraction, oneOf, webAddress, wholeNumber } from "./value.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export const flags = {
  port: { type: "string", default: "3000", description: "Port of the API on 127.0.0.1" },
  "console-port": { type: "string", default: "3001", description: "Port of the operator page on 127.0.0.1" },
  "data-dir": { type: "string", default: ".local/data", description: "Folder that keeps the data between runs" },
  fresh: { type: "boolean", default: false, description: "Start over: remove the data folder first" },
  "failure-rate": { type: "string", default: "0.2", description: "Share of sends that fail, 0 to 1" },
  workers: { type: "string", default: "2", description: "Processes that send gifts" },
  "log-level": { type: "string", default: "warn", description: "Log lines shown here: debug, info, warn or error" },
} as const satisfies ArgsDef;

export interface Settings {
  readonly port: number;
  /** Of the operator page; without one there is none. */
  readonly consolePort?: number;
  readonly dataFolder: string;
  /** What `bun run demo` and `bun run ops` read to find this stack. */
  readonly environmentFile: string;
  readonly fresh: boolean;
  readonly failureRate: number;
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** The user's own Postgres instead of the embedded one. */
  readonly database?: DatabaseLink;
  /** Origin of the user's own SQS server instead of the emulator. */
  readonly sqsEndpoint?: string;
  /** Where the handler of dead letters tells people; it checks the address itself. */
  readonly slackWebhookUrl?: string;
}

/**
 * Reads flags and environment.
 * @param args as citty parsed them; relative folders count from the repository's root
 * @param environment `process.env`: DATABASE_URL, SQS_ENDPOINT and SLACK_WEBHOOK_URL are read
 * @throws UsageError, one sentence, at the first value that can't be used
 */
export function readSettings(args: ParsedArgs<typeof flags>, environment: NodeJS.ProcessEnv): Settings {
  const dataFolder = resolve(repositoryFolder, args["data-dir"]);
  const isDefault = dataFolder === resolve(repositoryFolder, flags["data-dir"].default);
  const { DATABASE_URL: databaseUrl, SQS_ENDPOINT: sqsEndpoint, SLACK_WEBHOOK_URL: slackWebhookUrl } = environment;
  return {
    ...readPorts(args),
    dataFolder,
    environmentFile: isDefault ? resolve(repositoryFolder, ".local/env") : resolve(dataFolder, "env"),
    fresh: args.fresh,
    failureRate: fraction("--failure-rate", args["failure-rate"], 0, 1),
    workers: wholeNumber("--workers", args.workers, 1, 32),
    logLevel: oneOf("--log-level", args["log-level"], logLevels),
    ...(databaseUrl ? { database: parseDatabaseUrl(databaseUrl) } : {}),
    ...(slackWebhookUrl ? { slackWebhookUrl } : {}),
    ...(sqsEndpoint ? { sqsEndpoint: webAddress("SQS_ENDPOINT", sqsEndpoint) } : {}),
  };
}

function readPorts(args: ParsedArgs<typeof flags>): { port: number; consolePort: number } {
  const port = wholeNumber("--port", args.port, 1, 65_535);
  const consolePort = wholeNumber("--console-port", args["console-port"], 1, 65_535);
  if (port !== consolePort) return { port, consolePort };
  throw new UsageError(`--port and --console-port are both ${port}: give each its own.`);
}
