import { describe, expect, test } from "vitest";
import { checks } from "./check/all.ts";
import { ofType, statementsOf } from "./synth/read.ts";
import type { SourceEdit } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";

/**
 * The same mistakes as in mutation.test.ts, but made in infra/ itself: SST's real components turn them into resources.
 */
const mistakes: readonly (readonly [mistake: string, edits: readonly SourceEdit[], problem: string])[] = [
  [
    "a raw link of the database, as SST's documentation shows it",
    [
      { file: "infra/component-link.ts", text: "sst.Linkable.wrap(sst.aws.Postgres", by: "void (sst.aws.Postgres" },
      { file: "infra/database.ts", text: "const postgres = ", by: "export const postgres = " },
      { file: "infra/link.ts", text: "return [databaseLink.app,", by: "return [postgres, databaseLink.app," },
      { file: "infra/link.ts", text: "import { databaseLink }", by: "import { databaseLink, postgres }" },
    ],
    "ApiTask: SST_RESOURCE_Postgres of container process holds a secret in clear",
  ],
  [
    "SST's own link of a queue",
    [{ file: "infra/component-link.ts", text: "sst.Linkable.wrap(sst.aws.Queue", by: "void (sst.aws.Queue" }],
    "link GiftQueue: may do sqs:*",
  ],
  [
    "SST's own execution role",
    [
      {
        file: "infra/service.ts",
        text: "executionRole: narrowExecutionRole(logGroup, [parameterAccess(Object.values(options.secrets ?? {}))]),",
        by: "",
      },
    ],
    "ApiExecutionRole: may do secretsmanager:GetSecretValue to every resource",
  ],
  [
    "SST's own default security group",
    [{ file: "infra/vpc.ts", text: "args.ingress = [];", by: "" }],
    "VpcSecurityGroup: the VPC's default group isn't closed",
  ],
];

describe("a mistake in infra/ is noticed", () => {
  test.each(mistakes)(
    "%s",
    async (_, edits, problem) => {
      const stack = await synthesized({ stage: "staging", edits });
      const problems = Object.values(checks).flatMap((problemsOf) => problemsOf(stack));
      expect(problems).toContain(problem);
    },
    60_000,
  );

  test("sst dev of a permanent stage is refused: it would remove the database", async () => {
    await expect(synthesized({ stage: "staging", isDev: true })).rejects.toThrow(
      "sst dev would remove the services and the database of staging",
    );
  }, 60_000);

  test.each(["Dave", "dave_2", "2nd", "feature-", "my--stage"])(
    "a stage called %s is refused before anything is made: ECR takes no such name",
    async (stage) => {
      await expect(synthesized({ stage })).rejects.toThrow("a stage's name is lower-case letters and digits");
    },
    60_000,
  );
});

test("behind RDS Proxy, where a stage wants it, tasks come with IAM over TLS and nothing reads the master secret", async () => {
  const edits = [{ file: "infra/stage-table.ts", text: "hasProxy: false", by: "hasProxy: true" }];
  const stack = await synthesized({ stage: "production", edits });
  for (const problemsOf of Object.values(checks)) expect(problemsOf(stack)).toEqual([]);
  expect(ofType(stack, "aws:rds/proxy:Proxy").map(({ inputs }) => inputs)).toMatchObject([
    { requireTls: true, defaultAuthScheme: "IAM_AUTH", vpcSecurityGroupIds: ["DatabaseGroup-id"] },
  ]);
  const user = (id: string, role: string) => `arn:aws:rds-db:us-east-1:123456789012:dbuser:${id}/${role}`;
  const connect = (id: string, ...roles: string[]) => ({
    Action: ["rds-db:connect"],
    Resource: roles.map((role) => user(id, role)),
  });
  const policy = ofType(stack, "aws:iam/rolePolicy:RolePolicy").find(({ name }) => name === "PostgresProxyPolicy");
  expect(policy && statementsOf(policy)).toMatchObject([connect("db-ABCDEFGHIJKL01234", "gift_app", "gift_ops")]);
  expect(stack.links.Database).toMatchObject({
    properties: { host: "postgresproxy.proxy.mock", username: "gift_app", auth: "iam", isProxied: true },
    include: [{ resources: [user("prx-0123456789abcdef0", "gift_app")] }],
  });
}, 60_000);
