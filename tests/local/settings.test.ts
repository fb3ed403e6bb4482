import { join } from "node:path";
import { flags, readSettings } from "@gift/local/command/settings";
import { UsageError } from "@gift/local/command/usage-error";
import { webAddress } from "@gift/local/command/value";
import { parseDatabaseUrl } from "@gift/local/database-link";
import { repositoryFolder } from "@gift/local/repository";
import { describe, expect, test } from "vitest";

type Given = Parameters<typeof readSettings>[0];

const defaults: Given = {
  _: [],
  port: flags.port.default,
  "console-port": flags["console-port"].default,
  "data-dir": flags["data-dir"].default,
  fresh: false,
  "failure-rate": flags["failure-rate"].default,
  workers: flags.workers.default,
  "log-level": flags["log-level"].default,
};

describe("flags", () => {
  test("without any, the stack is as the README says", () => {
    expect(readSettings(defaults, {})).toEqual({
      port: 3000,
      consolePort: 3001,
      dataFolder: join(repositoryFolder, ".local/data"),
      environmentFile: join(repositoryFolder, ".local/env"),
      fresh: false,
      failureRate: 0.2,
      workers: 2,
      logLevel: "warn",
    });
  });

  test.each([
    ["port", "99999", "--port 99999 can't be used: give a whole number from 1 to 65535."],
    ["port", "0", "--port 0 can't be used: give a whole number from 1 to 65535."],
    ["port", "80.5", "--port 80.5 can't be used: give a whole number from 1 to 65535."],
    ["port", "", "--port (empty) can't be used: give a whole number from 1 to 65535."],
    ["console-port", "page", "--console-port page can't be used: give a whole number from 1 to 65535."],
    ["failure-rate", "2", "--failure-rate 2 can't be used: give a number from 0 to 1, e.g. 0.2."],
    ["failure-rate", "-0.1", "--failure-rate -0.1 can't be used: give a number from 0 to 1, e.g. 0.2."],
    ["failure-rate", "often", "--failure-rate often can't be used: give a number from 0 to 1, e.g. 0.2."],
    ["workers", "0", "--workers 0 can't be used: give a whole number from 1 to 32."],
    ["workers", "many", "--workers many can't be used: give a whole number from 1 to 32."],
    ["log-level", "loud", "--log-level loud can't be used: give debug, info, warn or error."],
  ])("--%s %s is refused in a sentence that says what to give", (flag, value, sentence) => {
    expect(() => readSettings({ ...defaults, [flag]: value }, {})).toThrow(new UsageError(sentence));
  });

  test.each([
    ["failure-rate", "0", { failureRate: 0 }],
    ["failure-rate", ".5", { failureRate: 0.5 }],
    ["failure-rate", "1", { failureRate: 1 }],
    ["workers", "32", { workers: 32 }],
    ["port", "65535", { port: 65_535 }],
  ])("--%s %s is taken", (flag, value, expected) => {
    expect(readSettings({ ...defaults, [flag]: value }, {})).toMatchObject(expected);
  });

  test("the API and the operator page don't share a port", () => {
    expect(() => readSettings({ ...defaults, port: "3001" }, {})).toThrow(
      new UsageError("--port and --console-port are both 3001: give each its own."),
    );
  });

  test("another data folder keeps its environment file to itself, so that two stacks don't overwrite each other's", () => {
    const settings = readSettings({ ...defaults, "data-dir": "/elsewhere/data" }, {});
    expect(settings).toMatchObject({ dataFolder: "/elsewhere/data", environmentFile: "/elsewhere/data/env" });
  });
});

describe("the user's own servers", () => {
  test("DATABASE_URL and SQS_ENDPOINT replace the embedded ones", () => {
    const environment = { DATABASE_URL: "postgres://me:p%40ss@db:5433/gifts", SQS_ENDPOINT: "http://sqs:9324/" };
    expect(readSettings(defaults, environment)).toMatchObject({
      database: { host: "db", port: 5433, database: "gifts", username: "me", auth: "password", password: "p@ss" },
      sqsEndpoint: "http://sqs:9324",
    });
  });

  test("SLACK_WEBHOOK_URL goes to the handler of dead letters as it is", () => {
    expect(readSettings(defaults, { SLACK_WEBHOOK_URL: "http://127.0.0.1:9/x" })).toMatchObject({
      slackWebhookUrl: "http://127.0.0.1:9/x",
    });
  });

  test("empty variables count as absent", () => {
    const settings = readSettings(defaults, { DATABASE_URL: "", SQS_ENDPOINT: "", SLACK_WEBHOOK_URL: "" });
    expect(settings).not.toHaveProperty("slackWebhookUrl");
    expect(settings).not.toHaveProperty("database");
    expect(settings).not.toHaveProperty("sqsEndpoint");
  });

  test("the default port and user are Postgres's own", () => {
    expect(parseDatabaseUrl("postgresql://db/gifts")).toMatchObject({ port: 5432, username: "postgres", password: "" });
  });

  test.each(["nonsense", "mysql://db/gifts", "postgres://db", "postgres:///gifts"])(
    "DATABASE_URL %s is refused",
    (url) => {
      expect(() => parseDatabaseUrl(url)).toThrow("give postgres://USER:PASSWORD@HOST:PORT/DATABASE");
    },
  );

  test("a refused DATABASE_URL isn't repeated, for the password in it", () => {
    expect(() => parseDatabaseUrl("mysql://me:secret@db/gifts")).toThrow(expect.not.stringContaining("secret"));
  });

  test("parameters of a DATABASE_URL are refused, because they would be ignored", () => {
    expect(() => parseDatabaseUrl("postgres://db/gifts?sslmode=require")).toThrow("?sslmode=require");
  });

  test.each(["sqs:9324", "ftp://sqs", ""])("SQS_ENDPOINT %j is refused", (address) => {
    expect(() => webAddress("SQS_ENDPOINT", address)).toThrow(UsageError);
  });
});
