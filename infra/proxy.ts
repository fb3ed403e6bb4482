import { network } from "./network.ts";
import { stage } from "./stage.ts";

/**
 * RDS Proxy before an instance: clients come with an IAM token over TLS, and so does the proxy to the database.
 * Declared here and not by SST, whose proxy authenticates with the master secret.
 * @param instance what it stands before
 * @param roles Postgres roles that may come through
 */
export function proxyOf(instance: aws.rds.Instance, roles: readonly string[]) {
  const proxy = new aws.rds.Proxy("PostgresProxy", {
    name: `${$app.name}-${stage.name}`,
    engineFamily: "POSTGRESQL",
    requireTls: true,
    defaultAuthScheme: "IAM_AUTH",
    roleArn: roleOf(instance, roles).arn,
    vpcSubnetIds: network.subnets.database,
    vpcSecurityGroupIds: [network.securityGroups.database.id],
  });
  const target = new aws.rds.ProxyDefaultTargetGroup("PostgresProxyTargetGroup", { dbProxyName: proxy.name });
  new aws.rds.ProxyTarget("PostgresProxyTarget", {
    dbProxyName: proxy.name,
    targetGroupName: target.name,
    dbInstanceIdentifier: instance.identifier,
  });
  // `rds-db:connect` names a proxy by the end of its ARN: arn:aws:rds:…:db-proxy:prx-….
  const resourceId = proxy.arn.apply((arn) => arn.split(":").at(-1) ?? "");
  return { endpoint: proxy.endpoint, resourceId };
}

function roleOf(instance: aws.rds.Instance, roles: readonly string[]) {
  const role = new aws.iam.Role("PostgresProxyRole", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "rds.amazonaws.com" }),
  });
  const [region, account] = [aws.getRegionOutput().region, aws.getCallerIdentityOutput().accountId];
  const users = roles.map(
    (name) => $interpolate`arn:aws:rds-db:${region}:${account}:dbuser:${instance.resourceId}/${name}`,
  );
  new aws.iam.RolePolicy("PostgresProxyPolicy", {
    role: role.name,
    policy: aws.iam.getPolicyDocumentOutput({ statements: [{ actions: ["rds-db:connect"], resources: users }] }).json,
  });
  return role;
}
