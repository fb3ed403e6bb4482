import { GetParameterCommand, ParameterNotFound, type SSMClient } from "@aws-sdk/client-ssm";
import { check } from "@gift/link/check";
import { type Static, Type } from "@sinclair/typebox";
import { taskDeclaration } from "../task/task.ts";

/** What infra/handbook.ts writes about a stage for its operators. */
const handbook = Type.Object({
  operator: taskDeclaration,
  /** Shell variables of the runbook's commands. */
  names: Type.Record(Type.String({ pattern: "^[A-Z_]+$" }), Type.String()),
});

export type Handbook = Static<typeof handbook>;

/**
 * Reads a stage's handbook.
 * @param client of the stage's region
 * @param stage its name
 * @throws Error that says what to look at when there is none
 */
export async function readHandbook(client: SSMClient, stage: string): Promise<Handbook> {
  const Name = `/gift/${stage}/handbook`;
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return check(handbook, JSON.parse(Parameter?.Value ?? ""), Name);
  } catch (err) {
    if (!(err instanceof ParameterNotFound)) throw err;
    throw new Error(
      `this AWS account has no stage "${stage}" in ${await client.config.region()}: look at the account (aws sts get-caller-identity), AWS_REGION and the name`,
    );
  }
}
