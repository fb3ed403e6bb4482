import { check } from "@gift/link/check";
import { Type } from "@sinclair/typebox";
import { type TaskDeclaration, taskDeclaration } from "./task.ts";

const environment = Type.Object({
  TASK: Type.String({ minLength: 1 }),
  SST_AWS_REGION: Type.String({ minLength: 1 }),
  SST_AWS_ACCESS_KEY_ID: Type.Optional(Type.String({ minLength: 1 })),
  SST_AWS_SECRET_ACCESS_KEY: Type.Optional(Type.String({ minLength: 1 })),
  SST_AWS_SESSION_TOKEN: Type.Optional(Type.String()),
});

export interface Config {
  readonly task: TaskDeclaration;
  readonly region: string;
  /** What `sst deploy` itself signs in with; absent means the AWS SDK's own search. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/**
 * Reads what the deploy says about the task, and as whom the deploy works.
 * @throws Error naming the variable
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const values = check(environment, env, "the environment");
  const { SST_AWS_ACCESS_KEY_ID: accessKeyId, SST_AWS_SECRET_ACCESS_KEY: secretAccessKey } = values;
  // Empty for an IAM user's long-lived keys.
  const session = values.SST_AWS_SESSION_TOKEN ? { sessionToken: values.SST_AWS_SESSION_TOKEN } : {};
  return {
    task: check(taskDeclaration, JSON.parse(values.TASK), "TASK"),
    region: values.SST_AWS_REGION,
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...session } }),
  };
}
