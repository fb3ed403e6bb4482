import { ofType } from "../synth/read.ts";
import type { Resource, Stack } from "../synth/stack.ts";

/** Inputs of the instance that hold in every stage, and what it means when one doesn't. */
const always = {
  storageEncrypted: [true, "is not encrypted"],
  publiclyAccessible: [false, "has a public address"],
  iamDatabaseAuthenticationEnabled: [true, "doesn't take IAM tokens"],
  allowMajorVersionUpgrade: [false, "may change its major version in a deploy"],
  autoMinorVersionUpgrade: [true, "stays without security fixes"],
  performanceInsightsEnabled: [true, "shows nobody what is slow"],
  copyTagsToSnapshot: [true, "has snapshots that nobody can attribute"],
} as const;

/** And where data must survive a mistake. */
const whereProtected = {
  deletionProtection: [true, "can be deleted"],
  skipFinalSnapshot: [false, "would be deleted without a snapshot"],
  applyImmediately: [false, "restarts in the middle of the day"],
  multiAz: [true, "goes down with one zone"],
} as const;

/** The database: encrypted, private, TLS only, with IAM, and where the stage is protected hard to lose. */
export function databaseProblems(stack: Stack): string[] {
  const instances = ofType(stack, "aws:rds/instance:Instance");
  if (stack.isDev) return instances.map(({ name }) => `${name}: sst dev has no use for it`);
  if (instances.length !== 1) return [`there are ${instances.length} databases`];
  return instances.flatMap((instance) => [
    ...differences(instance, always),
    ...(stack.app.protect ? [...differences(instance, whereProtected), ...unprotected(instance)] : []),
    ...(JSON.stringify(instance.inputs.vpcSecurityGroupIds) === '["DatabaseGroup-id"]'
      ? []
      : [`${instance.name}: isn't in its own security group`]),
    ...parameterProblems(stack),
    ...subnetProblems(stack),
  ]);
}

function differences(
  { name, inputs }: Resource,
  expected: Readonly<Record<string, readonly [value: boolean, meaning: string]>>,
): string[] {
  return Object.entries(expected).flatMap(([input, [value, meaning]]) =>
    inputs[input] === value ? [] : [`${name}: ${meaning} (${input})`],
  );
}

function unprotected({ name, inputs, options }: Resource): string[] {
  return [
    ...(options.protect ? [] : [`${name}: a deploy may delete it`]),
    ...(Number(inputs.backupRetentionPeriod) >= 14 ? [] : [`${name}: keeps backups for less than two weeks`]),
  ];
}

function parameterProblems(stack: Stack): string[] {
  const groups = ofType(stack, "aws:rds/parameterGroup:ParameterGroup");
  return groups
    .filter(({ inputs }) => !JSON.stringify(inputs.parameters).includes('{"name":"rds.force_ssl","value":"1"}'))
    .map(({ name }) => `${name}: lets clients in without TLS`);
}

function subnetProblems(stack: Stack): string[] {
  return ofType(stack, "aws:rds/subnetGroup:SubnetGroup")
    .filter(
      ({ inputs }) =>
        !Array.isArray(inputs.subnetIds) || !inputs.subnetIds.every((id) => /PrivateSubnet/.test(String(id))),
    )
    .map(({ name }) => `${name}: is not in private subnets`);
}
