import { account } from "./account.ts";

type Lookup = (inputs: Readonly<Record<string, unknown>>, region: string) => object;

interface Statement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: unknown;
  readonly conditions?: unknown;
}

/** What AWS would answer to the lookups of SST's components and of infra/, by the end of Pulumi's token. */
const lookups: Readonly<Record<string, Lookup>> = {
  getRegion: (_, region) => ({ region, name: region, id: region }),
  getCallerIdentity: () => ({ accountId: account, arn: `arn:aws:iam::${account}:user/deployer`, userId: "deployer" }),
  getPartition: () => ({ partition: "aws", dnsSuffix: "amazonaws.com" }),
  getAvailabilityZones: (_, region) => ({
    names: ["a", "b", "c"].map((zone) => region + zone),
    zoneIds: ["1", "2", "3"],
  }),
  getPolicyDocument: ({ statements }) => ({
    statements,
    json: policyOf(statements as readonly Statement[] | undefined),
  }),
  getAuthorizationToken: (_, region) => ({
    proxyEndpoint: `https://${account}.dkr.ecr.${region}.amazonaws.com`,
    userName: "AWS",
    password: "ECRTOKEN",
  }),
  getAmi: () => ({ id: "ami-mock" }),
  getZone: ({ name }) => ({ zoneId: "ZMOCK", id: "ZMOCK", name }),
};

/** Answers one lookup; an unknown one gets its own inputs back. */
export function lookedUp(token: string, inputs: Readonly<Record<string, unknown>>, region: string): object {
  const name = token.split(/[:/]/).pop() ?? "";
  return lookups[name]?.(inputs, region) ?? inputs;
}

function policyOf(statements: readonly Statement[] = []): string {
  const Statement = statements.map(({ sid, effect = "Allow", actions, resources, principals, conditions }) => ({
    Sid: sid,
    Effect: effect,
    Action: actions,
    Resource: resources,
    Principal: principals,
    Condition: conditions,
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
