import { loadBalancer } from "./load-balancer.ts";
import { stage } from "./stage.ts";
import type { FirewallRow } from "./stage-row.ts";

type Rule = aws.types.input.wafv2.WebAclRule;

/** What the API answers to a client that sends too much (docs/errors.md), said before a request reaches it. */
const rateLimited = {
  key: "rate-limited",
  contentType: "APPLICATION_JSON",
  content: JSON.stringify({ error: { code: "RATE_LIMITED", message: "too many requests from this address" } }),
};

/**
 * Rules of AWS's common set that are counted and don't block: a gift's message is free text that only ever leaves as
 * JSON, bodies over 16 KiB get the API's own 413, and a program without a User-Agent is a client.
 */
const countedOnly = ["CrossSiteScripting_BODY", "SizeRestrictions_BODY", "NoUserAgent_HEADER"];

/** Where a client's key is. */
const keyHeader = { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization"] };

/** The firewall before the load balancer; undefined where the stage has none and in `sst dev`. */
export const firewall = loadBalancer && stage.firewall && declare(stage.firewall, loadBalancer.alb);

function declare(row: FirewallRow, alb: sst.aws.Alb): aws.wafv2.WebAcl {
  const name = `${$app.name}-${stage.name}`;
  const rules = [rateRule(row), ...countryRules(row), ...managedRules()];
  const acl = new aws.wafv2.WebAcl("Firewall", {
    name,
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: visibility(name),
    customResponseBodies: [rateLimited],
    // Who may look at sampled requests (kept for three hours, whole heads) may not use keys. Redaction of a log doesn't
    // reach samples.
    dataProtectionConfig: { dataProtections: [{ field: keyHeader, action: "SUBSTITUTION" }] },
    rules: rules.map((rule, priority) => ({ ...rule, priority, visibilityConfig: visibility(rule.name) })),
  });
  new aws.wafv2.WebAclAssociation("FirewallOfLoadBalancer", { resourceArn: alb.arn, webAclArn: acl.arn });
  return acl;
}

function rateRule({ requestsPerFiveMinutes }: FirewallRow) {
  const customResponse = {
    responseCode: 429,
    customResponseBodyKey: rateLimited.key,
    responseHeaders: [{ name: "Retry-After", value: "60" }],
  };
  return {
    name: "rate",
    action: { block: { customResponse } },
    statement: {
      rateBasedStatement: { limit: requestsPerFiveMinutes, evaluationWindowSec: 300, aggregateKeyType: "IP" },
    },
  };
}

function countryRules({ sensitive }: FirewallRow) {
  if (!sensitive) return [];
  const path = {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString: `^(${sensitive.pathPrefixes.join("|")})`,
      // As the API reads a path: without these, /%67ifts passes.
      textTransformations: [
        { priority: 0, type: "URL_DECODE" },
        { priority: 1, type: "NORMALIZE_PATH" },
      ],
    },
  };
  const abroad = { notStatement: { statements: [{ geoMatchStatement: { countryCodes: [...sensitive.countries] } }] } };
  return [{ name: "country", action: { block: {} }, statement: { andStatement: { statements: [path, abroad] } } }];
}

function managedRules() {
  const overrides = countedOnly.map((name) => ({ name, actionToUse: { count: {} } }));
  return [
    managed("AWSManagedRulesAmazonIpReputationList"),
    managed("AWSManagedRulesKnownBadInputsRuleSet"),
    managed("AWSManagedRulesCommonRuleSet", overrides),
  ];
}

function managed(name: string, ruleActionOverrides: { name: string; actionToUse: { count: object } }[] = []) {
  return {
    name,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: "AWS", name, ruleActionOverrides } },
  };
}

function visibility(metricName: string): Rule["visibilityConfig"] {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
