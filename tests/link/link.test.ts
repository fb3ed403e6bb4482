import { appLink } from "@gift/link/app";
import { readBinding } from "@gift/link/binding";
import { check } from "@gift/link/check";
import { databaseLink, openLinkedDatabase } from "@gift/link/database";
import { queueLink } from "@gift/link/queue";
import { Type } from "@sinclair/typebox";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();
const password = { host: "h", port: 5432, database: "d", username: "u", auth: "password", password: "hunter2" };

test("the environment's strings become the numbers and booleans that are asked for; defaults are filled in; the rest is left out", () => {
  const schema = Type.Object({
    PORT: Type.Integer({ default: 3000 }),
    FAILURE_RATE: Type.Number({ minimum: 0, maximum: 1 }),
    IS_LOUD: Type.Boolean(),
  });
  const environment = { FAILURE_RATE: "0.2", IS_LOUD: "true", PATH: "/bin" };
  expect(check(schema, environment, "the environment")).toEqual({ PORT: 3000, FAILURE_RATE: 0.2, IS_LOUD: true });
  expect(environment.FAILURE_RATE).toBe("0.2");
});

test("a fraction where a whole number is asked for is refused, not cut", () => {
  const schema = Type.Object({ PORT: Type.Integer() });
  expect(() => check(schema, { PORT: "1.5" }, "the environment")).toThrow('PORT: expected integer, but it is "1.5"');
  expect(check(schema, { PORT: "15" }, "the environment")).toEqual({ PORT: 15 });
});

test("every wrong field is named in one message, with what was expected of it", () => {
  const schema = Type.Object({
    LOG_LEVEL: Type.Union([Type.Literal("debug"), Type.Literal("info")]),
    RATE: Type.Number({ maximum: 1 }),
    URL: Type.String(),
  });
  expect(() => check(schema, { LOG_LEVEL: "loud", RATE: "2" }, "the environment")).toThrow(
    "the environment is not usable: URL: expected string, but it is missing; LOG_LEVEL: expected 'debug' or " +
      "expected 'info', but it is \"loud\"; RATE: expected number to be less or equal to 1, but it is 2",
  );
});

test("both ways to authenticate are read, and neither loses a field", () => {
  const { password: _, ...iam } = { ...password, auth: "iam" };
  expect(readBinding({ Database: password }, "Database", databaseLink)).toEqual(password);
  expect(readBinding({ Database: iam }, "Database", databaseLink)).toEqual(iam);
});

test.each([
  [{ ...password, port: 0 }, "port: expected integer to be greater or equal to 1, but it is 0"],
  [{ ...password, host: { password: "hunter2" } }, "host: expected string, but it is an object"],
  [{ ...password, host: "" }, 'host: expected string length greater or equal to 1, but it is ""'],
  [
    { host: "h", port: 1, database: "d", auth: "password", password: "hunter2" },
    "username: expected string, but it is missing",
  ],
  ["a text", 'Resource.Database: expected object, but it is "a text"'],
])("a malformed database binding is explained, and its password never printed", (binding, problem) => {
  const read = () => readBinding({ Database: binding }, "Database", databaseLink);
  expect(read).toThrow(problem);
  expect(read).not.toThrow("hunter2");
});

test("a binding that isn't linked is a sentence that says what to do, with SST's own error behind it", () => {
  const cause = new Error("It does not look like SST links are active");
  const resources = new Proxy(
    {},
    {
      get() {
        throw cause;
      },
    },
  );
  expect(() => readBinding(resources, "GiftQueueProducer", queueLink)).toThrow(
    expect.objectContaining({
      message: expect.stringContaining("the resource GiftQueueProducer is not linked: start"),
      cause,
    }),
  );
});

test("queue and app bindings are checked too", () => {
  expect(readBinding({ Queue: { url: "http://127.0.0.1:4566/1/gift" } }, "Queue", queueLink).url).toContain("/gift");
  expect(() => readBinding({ Queue: { url: "gift" } }, "Queue", queueLink)).toThrow("url: expected string to match");
  expect(readBinding({ App: { name: "gift", stage: "olga" } }, "App", appLink).stage).toBe("olga");
  expect(() => readBinding({ App: { name: "gift", stage: "" } }, "App", appLink)).toThrow("Resource.App is not usable");
});

test("a linked database opens under the given name, with the given statement timeout", async () => {
  const { user: username, ...address } = own.connection;
  const link = check(databaseLink, { ...address, username, auth: "password", password: "unused" }, "the link");
  const db = openLinkedDatabase(link, { applicationName: "link test", maxConnections: 1, statementTimeoutSeconds: 77 });
  const { rows } = await sql`
    select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`.execute(db);
  await db.destroy();
  expect(rows).toEqual([{ name: "link test", timeout: "77s" }]);
});

test("a link that says so connects only to a server that proves who it is", async () => {
  const { user: username, ...address } = own.connection;
  const link = { ...address, username, auth: "password", password: "unused", isTls: true };
  const db = openLinkedDatabase(check(databaseLink, link, "the link"), { applicationName: "tls", maxConnections: 1 });
  await expect(sql`select`.execute(db)).rejects.toThrow("The server does not support SSL connections");
  await db.destroy();
});
