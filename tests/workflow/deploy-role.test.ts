import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { region, stages } from "../../infra/stage-table.ts";
import { synthesized } from "../infra/synth/synthesized.ts";
import { root } from "../support/sources.ts";

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const template = parse(readFileSync(join(root, ".github/aws/deploy-role.yml"), "utf8"));
const role = template.Resources.DeployRole.Properties;
const statements: Statement[] = role.Policies[0].PolicyDocument.Statement;
const actionsOf = ({ Action }: Statement) => [Action].flat();

function statement(sid: string): Statement {
  const found = statements.find(({ Sid }) => Sid === sid);
  if (!found) throw new Error(`the deploy role has no statement ${sid}`);
  return found;
}

/** CloudFormation's way to write a parameter into a text. */
const parameter = (name: string) => `\${${name}}`;

/** What of a resource's type names the IAM service, where that is not the type's own first word. */
const services: Record<string, string> = {
  appautoscaling: "application-autoscaling",
  lb: "elasticloadbalancing",
  alb: "elasticloadbalancing",
  vpc: "ec2",
  "cloudwatch/logGroup": "logs",
};

function serviceOf(type: string): string {
  const [, path = ""] = type.split(":");
  return services[path] ?? services[path.split("/")[0] ?? ""] ?? path.split("/")[0] ?? "";
}

const everyStage = [...Object.keys(stages), "pr-1"];

describe("who may take the deploy role", () => {
  const [trust] = role.AssumeRolePolicyDocument.Statement;

  test("is one environment of one repository, on one ref, and nobody else", () => {
    expect(role.AssumeRolePolicyDocument.Statement).toHaveLength(1);
    expect(trust.Action).toBe("sts:AssumeRoleWithWebIdentity");
    expect(trust.Condition).toEqual({
      StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
      StringLike: {
        "token.actions.githubusercontent.com:sub": {
          "Fn::Sub": `repo:${parameter("Repository")}:environment:${parameter("Environment")}:ref:${parameter("Ref")}`,
        },
      },
    });
    expect(template.Parameters.Ref.Default).toBe("refs/heads/main");
  });

  test.each(["owner/name", "owner@123456/name@456789"])("is named as the subject of a token names it: %s", (name) => {
    expect(name).toMatch(new RegExp(`^(?:${template.Parameters.Repository.AllowedPattern})$`));
  });

  test("can't be widened by a parameter: a repository or an environment has no wildcard in it", () => {
    const { Repository, Environment, Stages } = template.Parameters;
    for (const name of ["owner/*", "owner@*/name@1", "owner@1/name@*", "owner@1/name:environment"])
      expect(name).not.toMatch(new RegExp(`^(?:${Repository.AllowedPattern})$`));
    expect(Environment.AllowedValues).toEqual(["staging", "production", "preview"]);
    expect("*").not.toMatch(new RegExp(`^(?:${Stages.AllowedPattern})$`));
    expect("pr-*").toMatch(new RegExp(`^(?:${Stages.AllowedPattern})$`));
  });
});

describe("what the deploy role may do", () => {
  test("is about the services that infra/ declares resources of, and no other", async () => {
    const stacks = await Promise.all(everyStage.map((stage) => synthesized({ stage, isDev: false })));
    const types = stacks.flatMap(({ resources }) => resources.map(({ type }) => type));
    const declared = new Set(types.filter((type) => type.startsWith("aws:")).map(serviceOf));
    const allowed = new Set(statements.flatMap(actionsOf).map((action) => action.split(":")[0]));
    expect(allowed).toEqual(new Set([...declared, "sts"]));
  }, 120_000);

  test("covers the name of every role that a stage declares", async () => {
    for (const stage of everyStage) {
      const { resources } = await synthesized({ stage, isDev: false });
      const prefix = stage.startsWith("pr-") ? "pr-*" : stage;
      const patterns = (statement("StageRoles").Resource as { "Fn::Sub": string }[])
        .map((resource) => resource["Fn::Sub"].replace(/^.*:role\//, "").replace(parameter("Stages"), prefix))
        .map((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`));
      const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
      // Without a name of its own, Pulumi calls it after the resource, with seven random digits.
      const names = roles.map(({ name, inputs }) =>
        typeof inputs.name === "string" ? inputs.name : `${name}-1234567`,
      );
      expect(names.filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([]);
      expect(names).not.toEqual([]);
    }
  }, 120_000);

  test("ends at the region's border", () => {
    expect(statement("DeclaredServices").Condition).toEqual({ StringEquals: { "aws:RequestedRegion": region } });
  });

  test("is not everything, nowhere iam:*, and hands roles to AWS's services only", () => {
    const actions = statements.flatMap(actionsOf);
    expect(actions.filter((action) => action === "*" || action === "iam:*" || action === "sts:*")).toEqual([]);
    const passing = statements.filter((each) => actionsOf(each).includes("iam:PassRole"));
    expect(passing.map(({ Condition }) => Object.keys(Condition?.StringEquals ?? {}))).toEqual([
      ["iam:PassedToService"],
    ]);
  });

  test("can't change the role itself, which has a name that none of its patterns covers", () => {
    expect(role.RoleName).toEqual({ "Fn::Sub": `gift-deploy-${parameter("Environment")}` });
    for (const stage of everyStage) expect(`gift-deploy-${stage}`.startsWith(`gift-${stage}-`)).toBe(false);
    const wide = statements.filter(({ Resource, Sid }) => Resource === "*" && Sid !== "DeclaredServices");
    expect(wide.map(({ Sid }) => Sid)).toEqual(["Domain", "WhoAmI"]);
  });
});
