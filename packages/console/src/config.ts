import { userInfo } from "node:os";
import { consumerBinding } from "@gift/fleet/binding";
import { type AppLink, appLink } from "@gift/link/app";
import { firstLinked, readBinding } from "@gift/link/binding";
import { check } from "@gift/link/check";
import { type DatabaseLink, databaseLink } from "@gift/link/database";
import { oneOf } from "@gift/link/one-of";
import { queueLink } from "@gift/link/queue";
import { type LogLevel, logLevels } from "@gift/telemetry/logger";
import { Type } from "@sinclair/typebox";
import { Resource } from "sst/resource";
import { isLoopback } from "./access/loopback.ts";

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** What an operator signs in with; undefined on a loopback address only. */
  readonly key: string | undefined;
  /** Proposed as the audit's `by`. */
  readonly operator: string;
  readonly stage: AppLink["stage"];
  readonly database: DatabaseLink;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
}

/** Half of what `openssl rand -hex 32` gives; nobody guesses it at the rate that is allowed. */
const shortestKey = 32;

const environment = Type.Object({
  HOST: Type.String({ minLength: 1, default: "127.0.0.1" }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3001 }),
  LOG_LEVEL: oneOf(logLevels, "info"),
  CONSOLE_KEY: Type.Optional(Type.String()),
  OPERATOR: Type.Optional(Type.String({ minLength: 1 })),
});

/**
 * Reads what this process is told and linked to. The database is the operator's, as for `bun run ops`.
 * @throws Error in one sentence that names the variable or the binding; also when it would be open to a network
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, resources: object = Resource): Config {
  const values = check(environment, env, "the environment");
  return {
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    key: requireKey(values.HOST, values.CONSOLE_KEY),
    operator: values.OPERATOR ?? userInfo().username,
    stage: readBinding(resources, "App", appLink).stage,
    database: readBinding(resources, firstLinked(resources, ["DatabaseOperator", "Database"]), databaseLink),
    queueUrl: readBinding(resources, consumerBinding("gift"), queueLink).url,
    deadLettersUrl: readBinding(resources, consumerBinding("gift-dead-letters"), queueLink).url,
  };
}

/** The key itself is never repeated. */
function requireKey(host: string, key: string | undefined): string | undefined {
  if (key === undefined || key === "") {
    if (isLoopback(host)) return undefined;
    throw new Error(
      `CONSOLE_KEY is missing: on ${host} the operator page can be reached from elsewhere, so give it a key (openssl rand -hex 32), or leave HOST at 127.0.0.1`,
    );
  }
  if (key.length >= shortestKey) return key;
  throw new Error(`CONSOLE_KEY has ${key.length} characters: give it at least ${shortestKey} (openssl rand -hex 32)`);
}
