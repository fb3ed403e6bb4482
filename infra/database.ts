import { exportedLogs, keepLogs } from "./database-log.ts";
import { developmentDatabase } from "./development-database.ts";
import { network } from "./network.ts";
import { proxyOf } from "./proxy.ts";
import { stage } from "./stage.ts";

/**
 * Postgres roles, as `rds-db:connect` names them. The owner is RDS's master user; the migration task creates the others
 * (packages/core/src/migration/privilege.ts).
 */
const roles = { owner: "gift_owner", app: "gift_app", operator: "gift_ops" } as const;

/** The major that `packages/local` and the tests run. RDS applies minors in the maintenance window. */
const majorVersion = "18";

const identifier = `${$app.name}-${stage.name}`.toLowerCase();

const postgres = new sst.aws.Postgres("Postgres", {
  vpc: { subnets: network.subnets.database },
  version: majorVersion,
  instance: stage.database.instance,
  storage: `${stage.database.storageLimitGigabytes} GB`,
  multiAz: stage.database.isMultiAz,
  database: "gift",
  username: roles.owner,
  // Used by `sst dev` alone, which then creates no database. It shows in a tab what it is given; processes are linked
  // below.
  ...($dev && { dev: { ...developmentDatabase(), password: "not shown" } }),
  transform: {
    parameterGroup: (args) => {
      // Replaces SST's list, which turns TLS off and logical replication on.
      args.parameters = [
        { name: "rds.force_ssl", value: "1" },
        { name: "log_min_duration_statement", value: "500" },
        // A slow statement is logged without its values: they are gift codes and what people write to each other.
        { name: "log_parameter_max_length", value: "0" },
      ];
    },
    instance: (args, opts) => {
      args.iamDatabaseAuthenticationEnabled = true;
      args.vpcSecurityGroupIds = [network.securityGroups.database.id];
      args.publiclyAccessible = false;
      args.backupRetentionPeriod = stage.database.backupDays;
      args.copyTagsToSnapshot = true;
      args.identifier = identifier;
      args.enabledCloudwatchLogsExports = [...exportedLogs];
      args.performanceInsightsEnabled = true;
      // Seven days are free.
      args.performanceInsightsRetentionPeriod = 7;
      args.caCertIdentifier = "rds-ca-rsa2048-g1";
      args.autoMinorVersionUpgrade = true;
      // SST's defaults upgrade majors, restart at once and delete without a snapshot.
      args.allowMajorVersionUpgrade = false;
      args.applyImmediately = !stage.isProtected;
      args.deletionProtection = stage.isProtected;
      args.skipFinalSnapshot = !stage.isProtected;
      args.finalSnapshotIdentifier = stage.isProtected ? `${$app.name}-${stage.name}-final` : undefined;
      opts.protect = stage.isProtected;
      opts.dependsOn = $dev ? [] : keepLogs(identifier);
    },
  },
});

/** RDS's instance; undefined in `sst dev`, which declares none. */
export const instance: aws.rds.Instance | undefined = postgres.nodes.instance;
const proxy = instance && stage.database.hasProxy ? proxyOf(instance, [roles.app, roles.operator]) : undefined;

/**
 * For the migration task alone: the database itself, past a proxy, as its owner; and the ARN of the master secret.
 * Undefined in `sst dev`.
 */
export const owner = instance && {
  ...accessAs(roles.owner, instance.address, instance.resourceId),
  // SST creates the secret without a getter: the instance's tag, which SST reads itself, is the only handle.
  secretArn: instance.tags.apply((tags) => tags?.["sst:lookup:password"] ?? ""),
};

/** What processes are linked to: where the database is, and the right to ask IAM for a token for one role. */
export const databaseLink = {
  app: link("Database", roles.app),
  /** `bun run ops` takes it before the app's. */
  operator: link("DatabaseOperator", roles.operator),
};

function link(name: string, role: string) {
  if (!instance) return new sst.Linkable(name, { properties: { ...developmentDatabase(), auth: "password" } });
  const access = accessAs(role, proxy?.endpoint ?? instance.address, proxy?.resourceId ?? instance.resourceId);
  const properties = { ...access.binding, ...(proxy && { isProxied: true }) };
  return new sst.Linkable(name, { properties, include: [sst.aws.permission(access.permission)] });
}

/**
 * @param resourceId RDS's own id of the instance (`db-…`) or of the proxy (`prx-…`), not the name that people see
 * @returns the binding, as packages/link reads it, and the permission that goes with it
 */
function accessAs(username: string, host: $util.Input<string>, resourceId: $util.Input<string>) {
  const [region, account] = [aws.getRegionOutput().region, aws.getCallerIdentityOutput().accountId];
  const resource = $interpolate`arn:aws:rds-db:${region}:${account}:dbuser:${resourceId}/${username}`;
  return {
    binding: { host, port: postgres.port, database: postgres.database, username, auth: "iam" },
    permission: { actions: ["rds-db:connect"], resources: [resource] },
  };
}
