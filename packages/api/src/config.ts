import { producerBinding } from "@gift/fleet/binding";
import { fleet } from "@gift/fleet/fleet";
import { readBinding } from "@gift/link/binding";
import { check } from "@gift/link/check";
import { type DatabaseLink, databaseLink } from "@gift/link/database";
import { oneOf } from "@gift/link/one-of";
import { queueLink } from "@gift/link/queue";
import { type LogLevel, logLevels } from "@gift/telemetry/logger";
import { Type } from "@sinclair/typebox";
import { Resource } from "sst/resource";
import { type Authentication, authentications } from "./access/authentication.ts";

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Where the agent reads the log from; undefined where standard output is enough. */
  readonly logDirectory?: string | undefined;
  readonly authentication: Authentication;
  readonly areTestValuesAllowed: boolean;
  /** How long new connections are still taken after SIGTERM: until load balancers have noticed that we leave. */
  readonly drainGraceSeconds: number;
  readonly database: DatabaseLink;
  readonly queueUrl: string;
}

const environment = Type.Object({
  HOST: Type.String({ minLength: 1, default: "0.0.0.0" }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: fleet.services.api.port }),
  LOG_LEVEL: oneOf(logLevels, "info"),
  LOG_DIRECTORY: Type.Optional(Type.String({ pattern: "^/" })),
  AUTH: oneOf(authentications, "api-key"),
  TEST_VALUES: oneOf(["allowed", "refused"], "refused"),
  DRAIN_GRACE_SECONDS: Type.Number({ minimum: 0, maximum: 15, default: 0 }),
});

/**
 * Reads what this process is told and linked to.
 * @throws Error in one sentence that names the variable or the binding
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, resources: object = Resource): Config {
  const values = check(environment, env, "the environment");
  return {
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    logDirectory: values.LOG_DIRECTORY,
    authentication: values.AUTH,
    areTestValuesAllowed: values.TEST_VALUES === "allowed",
    drainGraceSeconds: values.DRAIN_GRACE_SECONDS,
    database: readBinding(resources, "Database", databaseLink),
    queueUrl: readBinding(resources, producerBinding("gift"), queueLink).url,
  };
}
