import { readFileSync } from "node:fs";
import { check } from "@gift/link/check";
import { type Static, Type } from "@sinclair/typebox";

/** What `run()` of sst.config.ts returns and SST writes to `.sst/outputs.json`, as far as a release looks at it. */
const deployment = Type.Object({
  url: Type.String({ pattern: "^https?://" }),
  /** Who may call the API. */
  auth: Type.Union([Type.Literal("none"), Type.Literal("api-key")]),
  cluster: Type.String({ minLength: 1 }),
  /** ARN of the task definition that each ECS service must run, by the service's name. */
  taskDefinitions: Type.Record(Type.String(), Type.String({ pattern: "^arn:[^:]+:ecs:[^:]+:" }), { minProperties: 1 }),
});

export type Deployment = Static<typeof deployment>;

/** The region that it is in: every ARN names it. */
export function regionOf({ taskDefinitions }: Deployment): string {
  const [arn = ""] = Object.values(taskDefinitions);
  const [, , , region = ""] = arn.split(":");
  return region;
}

/**
 * Reads what the last `sst deploy` on this machine declared.
 * @param path of SST's outputs
 * @throws Error when there is none, or it lacks what a release looks at
 */
export function readDeployment(path: string): Deployment {
  return check(deployment, JSON.parse(read(path)), path);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (err) {
    throw new Error(`no deploy was made here: ${path} can't be read; deploy first, or name another`, { cause: err });
  }
}
