import { errorFields } from "@gift/telemetry/error-fields";
import { currentLogContext, withLogContext } from "@gift/telemetry/log-context";
import { logEvents } from "@gift/telemetry/log-event";
import { createLog, type LogLevel } from "@gift/telemetry/logger";
import { expect, test } from "vitest";
import { readSources } from "../support/sources.ts";

function logTo(level: LogLevel = "info") {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ service: "gift-test", level }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

test("a line is one JSON object, named as Datadog reads it, with its event's level and message", () => {
  const { log, lines } = logTo();
  log("send.failed", { gift_id: "g", request_id: "r", error_code: "CODE", receive_count: 5, absent: undefined });
  expect(lines).toEqual([
    {
      timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      status: "error",
      service: "gift-test",
      event: "send.failed",
      message: "gift failed",
      gift_id: "g",
      request_id: "r",
      error_code: "CODE",
      receive_count: 5,
    },
  ]);
});

test("the context of the work that logs is on every line of it, also after an await, and on no other", async () => {
  const { log, lines } = logTo();
  const work = (giftId: string) =>
    withLogContext({ gift_id: giftId, request_id: "r" }, async () => {
      await Promise.resolve();
      log("send.sent");
    });
  await Promise.all([work("one"), work("two")]);
  log("service.ready");
  expect(lines).toMatchObject([{ gift_id: "one", request_id: "r" }, { gift_id: "two" }, { event: "service.ready" }]);
  expect(lines[2]).not.toHaveProperty("gift_id");
  expect(currentLogContext()).toEqual({});
});

test("a field of the event wins over the context, and the context is not changed by it", () => {
  const { log, lines } = logTo();
  withLogContext({ gift_id: "context" }, () => {
    log("send.sent", { gift_id: "own" });
    log("send.sent");
  });
  expect(lines.map((line) => line.gift_id)).toEqual(["own", "context"]);
});

test("what is below the level is not written", () => {
  const { log, lines } = logTo("warn");
  log("send.sent");
  log("send.retried");
  expect(lines.map((line) => line.event)).toEqual(["send.retried"]);
  const silent = logTo("silent");
  silent.log("service.failed");
  expect(silent.lines).toEqual([]);
});

test("an error is logged with its code, the messages of its causes, and its stack", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const err = new Error("the migrations could not run", { cause });
  expect(errorFields(err)).toEqual({
    error_code: "Error",
    error_message: "the migrations could not run: connect ECONNREFUSED",
    error_stack: err.stack,
  });
  expect(errorFields(cause)).toMatchObject({ error_code: "ECONNREFUSED" });
  expect(errorFields("text")).toEqual({ error_code: "UNKNOWN", error_message: "text" });
  expect(errorFields(undefined)).toEqual({ error_code: "UNKNOWN", error_message: "undefined" });
});

test("an error of several is told with the errors it stands for", () => {
  const err = new AggregateError([
    new Error("connect ECONNREFUSED ::1:5432"),
    new Error("connect ECONNREFUSED 127.0.0.1:5432"),
  ]);
  expect(errorFields(err).error_message).toBe("connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432");
});

test("event names are written as area.event, and only where the table is", () => {
  for (const name of Object.keys(logEvents)) expect(name).toMatch(/^[a-z_]+\.[a-z_]+$/);
  const strays = readSources("packages", ".ts").filter(({ text }) => /\bconsole\.(log|error|warn|info)\(/.test(text));
  expect(strays.map((source) => source.path).filter((path) => !path.startsWith("packages/local/"))).toEqual([]);
});

test("a secret that a cast lets through, or that an error quotes, is hidden", () => {
  const { log, lines } = logTo();
  const fields: object = { code: "the-code", authorization: "Bearer abc", api_key: "key", gift_message: "for you" };
  log("http.failed", { ...fields, error_code: "E", error_message: "sent Authorization: Bearer abc.def== to x" });
  log("http.failed", { error_code: "E", error_message: "postgres://gift:hunter2@host/db refused" });
  expect(JSON.stringify(lines)).not.toMatch(/the-code|abc|"key"|for you|hunter2/);
  expect(lines).toMatchObject([
    { error_code: "E", error_message: "sent Authorization: [redacted] to x" },
    { error_message: "postgres://gift:[redacted]@host/db refused" },
  ]);
});
