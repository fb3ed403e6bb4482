import { openApiDocument } from "@gift/api/openapi/document";
import { beforeAll, describe, expect, test } from "vitest";
import { stageOf } from "../../infra/stage-table.ts";
import { deployments } from "./deployment.ts";
import { named, ofType } from "./synth/read.ts";
import type { Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly statement: Record<string, unknown>;
}

interface ManagedStatement {
  readonly managedRuleGroupStatement: {
    readonly ruleActionOverrides: readonly { readonly name: string; readonly actionToUse: object }[];
  };
}

function rulesOf(stack: Stack): readonly Rule[] {
  return JSON.parse(JSON.stringify(named(stack, "Firewall").inputs.rules));
}

function ruleOf(stack: Stack, name: string): Rule | undefined {
  return rulesOf(stack).find((rule) => rule.name === name);
}

describe.each(deployments)("the firewall of $label", (deployment) => {
  const { firewall } = stageOf(deployment.stage);
  let stack: Stack;

  beforeAll(async () => {
    stack = await synthesized(deployment);
  }, 60_000);

  test("stands before the load balancer where the stage wants one, and nowhere else", () => {
    const associations = ofType(stack, "aws:wafv2/webAclAssociation:WebAclAssociation").map(({ inputs }) => inputs);
    if (!firewall || deployment.isDev) return expect(associations).toEqual([]);
    expect(associations).toEqual([
      { resourceArn: expect.stringContaining(":loadbalancer/app/"), webAclArn: expect.stringContaining("webacl") },
    ]);
  });
});

describe.each(["production", "public", "customer"])("a firewall's rules in %s", (stage) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await synthesized({ stage });
  }, 60_000);

  test("an address that sends more than the stage allows is told so as the API would", () => {
    expect(ruleOf(stack, "rate")).toMatchObject({
      action: { block: { customResponse: { responseCode: 429, customResponseBodyKey: "rate-limited" } } },
      statement: {
        rateBasedStatement: { limit: stageOf(stage).firewall?.requestsPerFiveMinutes, evaluationWindowSec: 300 },
      },
    });
    const [body] = JSON.parse(JSON.stringify(named(stack, "Firewall").inputs.customResponseBodies));
    expect(body).toMatchObject({ key: "rate-limited", contentType: "APPLICATION_JSON" });
    expect(JSON.parse(body.content)).toEqual({ error: { code: "RATE_LIMITED", message: expect.any(String) } });
  });

  test("AWS's managed rules block, but for what a gift's text or a plain client would trip", () => {
    const managed = rulesOf(stack).filter(({ statement }) => "managedRuleGroupStatement" in statement);
    expect(managed.map(({ name }) => name)).toEqual([
      "AWSManagedRulesAmazonIpReputationList",
      "AWSManagedRulesKnownBadInputsRuleSet",
      "AWSManagedRulesCommonRuleSet",
    ]);
    for (const rule of managed) expect(rule).toMatchObject({ overrideAction: { none: {} } });
    const counted = managed.flatMap(({ statement }) => {
      const { managedRuleGroupStatement: group }: ManagedStatement = JSON.parse(JSON.stringify(statement));
      return group.ruleActionOverrides.map(({ name, actionToUse }) => `${name}: ${Object.keys(actionToUse).join()}`);
    });
    expect(counted).toEqual([
      "CrossSiteScripting_BODY: count",
      "SizeRestrictions_BODY: count",
      "NoUserAgent_HEADER: count",
    ]);
  });

  test("where the stage names countries, its sensitive paths take requests from there only", () => {
    const sensitive = stageOf(stage).firewall?.sensitive;
    const rule = ruleOf(stack, "country");
    if (!sensitive) return expect(rule).toBeUndefined();
    expect(rule).toMatchObject({
      action: { block: {} },
      statement: {
        andStatement: {
          statements: [
            { regexMatchStatement: { regexString: expect.any(String), fieldToMatch: { uriPath: {} } } },
            { notStatement: { statements: [{ geoMatchStatement: { countryCodes: sensitive.countries } }] } },
          ],
        },
      },
    });
  });

  test("those are all paths but the reference's and the health checks'", () => {
    const rule = JSON.stringify(ruleOf(stack, "country") ?? {});
    const [, pattern] = /"regexString":"([^"]+)"/.exec(rule) ?? [];
    if (!stageOf(stage).firewall?.sensitive) return expect(pattern).toBeUndefined();
    const open = Object.keys(openApiDocument.paths).filter((path) => !new RegExp(pattern ?? "").test(path));
    expect(open).toEqual(["/healthz", "/readyz"]);
  });

  test("keys aren't in the requests that AWS keeps as samples", () => {
    const { inputs } = named(stack, "Firewall");
    expect(inputs.dataProtectionConfig).toEqual({
      dataProtections: [
        { field: { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization"] }, action: "SUBSTITUTION" },
      ],
    });
  });

  test("rules are tried in the order in which they stand, each once", () => {
    expect(rulesOf(stack).map(({ priority }) => priority)).toEqual(rulesOf(stack).map((_, index) => index));
  });
});
