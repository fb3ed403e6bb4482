import { agent } from "./datadog.ts";
import { image } from "./image.ts";

interface Statement {
  readonly Action: string | readonly string[];
}

/**
 * What ECS may do before a task's first line runs. SST's own role reads every parameter and secret of the account; this
 * one pulls one image, writes to its service's log groups and reads what it puts into the containers' environment.
 * @param logGroupPrefix what the names of the service's log groups begin with
 * @param secrets statements that let it read that
 */
export function narrowExecutionRole(
  logGroupPrefix: string,
  secrets: aws.types.input.iam.GetPolicyDocumentStatementArgs[],
) {
  return (args: aws.iam.RoleArgs): undefined => {
    args.managedPolicyArns = [];
    const policy = aws.iam.getPolicyDocumentOutput({
      statements: [
        // The token opens no repository by itself, and the action knows no resource.
        { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
        { actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], resources: image ? [image.repositoryArn] : [] },
        { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [logGroups(logGroupPrefix)] },
        ...secrets,
      ],
    });
    args.inlinePolicies = [{ name: "start", policy: policy.json }];
  };
}

/**
 * The right to read the agent's key and these parameters.
 * @param arns of the process's own secrets
 */
export function parameterAccess(arns: readonly $util.Input<string>[]) {
  return { actions: ["ssm:GetParameters"], resources: [...(agent?.secretArns ?? []), ...arns] };
}

/**
 * Takes ECS Exec out of a task role: its actions allow every resource, and a shell can't start on a read-only root file
 * system anyway. What remains is what the links and the service's permissions say.
 */
export function withoutExec(args: aws.iam.RoleArgs): undefined {
  args.inlinePolicies = $output(args.inlinePolicies).apply((policies = []) =>
    policies.map(({ name, policy }) => ({ name, policy: $jsonParse(policy ?? "").apply(dropExec) })),
  );
}

function dropExec(document: { Statement: readonly Statement[] }): string {
  const remaining = document.Statement.filter(
    ({ Action }) => ![Action].flat().some((name) => name.startsWith("ssmmessages:")),
  );
  return JSON.stringify({ ...document, Statement: remaining });
}

function logGroups(prefix: string) {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return $interpolate`arn:aws:logs:${region}:${accountId}:log-group:${prefix}*`;
}
