import { stage } from "./stage.ts";

/** What RDS copies to CloudWatch. */
export const exportedLogs = ["postgresql", "upgrade", "iam-db-auth-error"] as const;

const retentionDays = { "1 day": 1, "1 week": 7, "1 month": 30 } as const;

/**
 * The groups that RDS would make itself, and never let expire.
 * @param identifier of the instance
 */
export function keepLogs(identifier: string): $util.Resource[] {
  return exportedLogs.map(
    (log) =>
      new aws.cloudwatch.LogGroup(`Postgres-${log}`, {
        name: `/aws/rds/instance/${identifier}/${log}`,
        retentionInDays: retentionDays[stage.logRetention],
      }),
  );
}
