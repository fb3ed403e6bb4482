import { workerNames } from "@gift/fleet/fleet";
import { readConfig } from "@gift/worker/config";
import { stopTimeoutSecondsOf } from "@gift/worker/worker";
import { describe, expect, test } from "vitest";

const Database = { host: "db", port: 5432, database: "gift", username: "gift_app", auth: "iam" };
const GiftQueueConsumer = { url: "https://sqs.test/1/gift" };
const GiftQueueProducer = { url: "https://sqs.test/1/gift" };
const GiftDeadLettersConsumer = { url: "https://sqs.test/1/gift-dead-letters" };

/** As `Resource` of SST: a name that isn't linked throws. */
function linked(resources: Record<string, unknown>): object {
  return new Proxy(resources, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      throw new Error(`"${String(name)}" is not linked in your sst.config.ts`);
    },
  });
}

const everything = linked({ Database, GiftQueueConsumer, GiftQueueProducer, GiftDeadLettersConsumer });

describe("roles", () => {
  test.each([
    ["gift", { Database, GiftQueueConsumer }, ["gift"]],
    ["outbox", { Database, GiftQueueProducer }, ["outbox"]],
    ["dead-letters", { Database, GiftDeadLettersConsumer }, ["dead-letters"]],
    ["outbox, dead-letters", { Database, GiftQueueProducer, GiftDeadLettersConsumer }, ["outbox", "dead-letters"]],
  ])("%s needs its own links only", (ROLES, resources, expected) => {
    expect(readConfig({ ROLES }, linked(resources)).roles).toEqual(expected);
  });

  test("a link that a role needs and lacks is named", () => {
    expect(() => readConfig({ ROLES: "gift" }, linked({ Database }))).toThrow(/GiftQueueConsumer is not linked/);
    expect(() => readConfig({ ROLES: "outbox" }, linked({ Database }))).toThrow(/GiftQueueProducer is not linked/);
    expect(() => readConfig({ ROLES: "gift" }, linked({ GiftQueueConsumer }))).toThrow(/Database is not linked/);
  });

  test("named twice is one role", () => {
    expect(readConfig({ ROLES: "gift,gift" }, everything).roles).toEqual(["gift"]);
  });

  test("queues go by the fleet's names", () => {
    const urlsOf = (ROLES: string) => Array.from(readConfig({ ROLES }, everything).queueUrls);
    expect(urlsOf("outbox")).toEqual([["gift", GiftQueueProducer.url]]);
    expect(urlsOf("gift")).toEqual([["gift", GiftQueueConsumer.url]]);
    expect(urlsOf("dead-letters")).toEqual([["gift-dead-letters", GiftDeadLettersConsumer.url]]);
  });

  test.each([
    [{}, `ROLES: it names no role; give one or more of ${workerNames.join(", ")}, with commas between them`],
    [{ ROLES: "gift,,outbox" }, "ROLES: it names no role"],
    [{ ROLES: "gifts" }, `ROLES: there is no role gifts; give one or more of ${workerNames.join(", ")}`],
  ])("%j is refused in a sentence", (env, message) => {
    expect(() => readConfig(env, everything)).toThrow(message);
  });

  test("a process may stop as long as the slowest of its roles", () => {
    expect(stopTimeoutSecondsOf(readConfig({ ROLES: "outbox" }, everything))).toBe(30);
    expect(stopTimeoutSecondsOf(readConfig({ ROLES: "outbox,gift" }, everything))).toBe(60);
  });
});

describe("Slack", () => {
  const App = { name: "gift", stage: "staging" };
  const slackOf = (env: Record<string, string>, app: object = { App }) =>
    readConfig({ ROLES: "dead-letters", ...env }, linked({ Database, GiftDeadLettersConsumer, ...app })).slack;
  const webhookUrl = "https://hooks.slack.com/services/T0/B0/x";

  test("is told what the message says: the stage, the command that works there, and the runbook", () => {
    const RUNBOOK_URL = "https://git.example/docs/runbook.md";
    expect(slackOf({ SLACK_WEBHOOK_URL: webhookUrl, RUNBOOK_URL })).toEqual({
      webhookUrl,
      stage: "staging",
      operatorCommand: "bun run operate staging",
      runbookUrl: RUNBOOK_URL,
    });
    const local = { App: { name: "gift", stage: "local" } };
    expect(slackOf({ SLACK_WEBHOOK_URL: "http://127.0.0.1:9/x" }, local)).toMatchObject({
      operatorCommand: "bun run ops",
      runbookUrl: undefined,
    });
  });

  test.each([{}, { SLACK_WEBHOOK_URL: "" }, { SLACK_WEBHOOK_URL: "not set yet" }])("is left out by %j", (env) => {
    expect(slackOf(env, {})).toBeUndefined();
  });

  test("is of no interest to other roles, not even when its address is wrong", () => {
    expect(() => readConfig({ ROLES: "gift", SLACK_WEBHOOK_URL: "wrong" }, everything)).not.toThrow();
  });

  test.each([
    "hooks.slack.com/services/T0SECRET",
    "http://hooks.slack.com/services/T0SECRET",
    "https://hooks.slack.com/workflows/T0SECRET",
    "https://hooks.slack.com.evil.example/services/T0SECRET",
    "https://hooks.slack.com:8443/services/T0SECRET",
    "https://T0SECRET@hooks.slack.com/services/x",
    "https://127.0.0.1/T0SECRET",
    "http://10.0.0.7/T0SECRET",
    "T0SECRET",
  ])("refuses %s in a sentence that doesn't repeat it", (SLACK_WEBHOOK_URL) => {
    const read = () => slackOf({ SLACK_WEBHOOK_URL });
    expect(read).toThrow(/^SLACK_WEBHOOK_URL: give https:\/\/hooks\.slack\.com\/services\/…/);
    expect(read).not.toThrow("T0SECRET");
  });
});

describe("variables", () => {
  test("all have defaults that are safe on a real stage", () => {
    expect(readConfig({ ROLES: "gift" }, everything)).toMatchObject({
      logLevel: "info",
      failureRate: 0.2,
      areTestValuesAllowed: false,
      waitTimeSeconds: undefined,
      retryBaseSeconds: undefined,
      ecsAgentUri: undefined,
    });
  });

  test("all are read", () => {
    const env = {
      ROLES: "gift",
      LOG_LEVEL: "error",
      FAILURE_RATE: "0.05",
      TEST_VALUES: "allowed",
      WAIT_TIME_SECONDS: "2",
      RETRY_BASE_SECONDS: "0.5",
      ECS_AGENT_URI: "http://169.254.170.2/api/x",
    };
    expect(readConfig(env, everything)).toMatchObject({
      logLevel: "error",
      failureRate: 0.05,
      areTestValuesAllowed: true,
      waitTimeSeconds: 2,
      retryBaseSeconds: 0.5,
      ecsAgentUri: "http://169.254.170.2/api/x",
    });
  });

  test.each([
    ["FAILURE_RATE", "1.01"],
    ["FAILURE_RATE", "-0.1"],
    ["FAILURE_RATE", "often"],
    ["LOG_LEVEL", "loud"],
    ["TEST_VALUES", "yes"],
    ["WAIT_TIME_SECONDS", "21"],
    ["WAIT_TIME_SECONDS", "1.5"],
    ["RETRY_BASE_SECONDS", "-1"],
    ["ECS_AGENT_URI", "somewhere"],
  ])("%s=%s is refused by name", (name, value) => {
    expect(() => readConfig({ ROLES: "gift", [name]: value }, everything)).toThrow(new RegExp(`${name}: .*${value}`));
  });
});
