import { readConfig } from "@gift/api/config";
import { describe, expect, test } from "vitest";

const database = { host: "db", port: 5432, database: "gift", username: "gift_app", auth: "iam" };
const resources = { Database: database, GiftQueueProducer: { url: "https://sqs.test/gift" } };

describe("what the API is told", () => {
  test("needs nothing but its links: the defaults are those of production", () => {
    expect(readConfig({}, resources)).toEqual({
      host: "0.0.0.0",
      port: 3000,
      logLevel: "info",
      areTestValuesAllowed: false,
      authentication: "api-key",
      drainGraceSeconds: 0,
      database,
      queueUrl: "https://sqs.test/gift",
    });
  });

  test("can be told otherwise", () => {
    const env = {
      HOST: "127.0.0.1",
      PORT: "8080",
      LOG_LEVEL: "warn",
      TEST_VALUES: "allowed",
      DRAIN_GRACE_SECONDS: "5",
      AUTH: "none",
    };
    expect(readConfig(env, resources)).toMatchObject({
      ...{
        host: "127.0.0.1",
        port: 8080,
        logLevel: "warn",
        areTestValuesAllowed: true,
        drainGraceSeconds: 5,
        authentication: "none",
      },
    });
  });

  test.each([
    ["PORT", "70000"],
    ["PORT", "http"],
    ["LOG_LEVEL", "loud"],
    ["TEST_VALUES", "true"],
    ["DRAIN_GRACE_SECONDS", "-1"],
  ])("refuses %s=%s and names it", (name, value) => {
    expect(() => readConfig({ [name]: value }, resources)).toThrow(new RegExp(`${name}: .*${value}`));
  });

  test("refuses a missing link and says how to get one", () => {
    expect(() => readConfig({}, { Database: database })).toThrow(/GiftQueueProducer/);
  });
});
