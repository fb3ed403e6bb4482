import { createTerminal } from "@gift/local/command/terminal";
import { parseLogLine } from "@gift/local/process/log-line";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test.each([
  [
    "an info of ours",
    '{"status":"info","event":"service.ready","message":"ready"}',
    { level: "info", summary: "ready", event: "service.ready" },
  ],
  [
    "an error of ours, with its cause",
    '{"status":"error","message":"gift failed","error_code":"E","error_message":"no"}',
    { level: "error", summary: "gift failed (E: no)" },
  ],
  [
    "a fatal, which is an error",
    '{"status":"fatal","message":"could not go on"}',
    { level: "error", summary: "could not go on" },
  ],
  [
    "a keeper's readiness, with the server's pid",
    '{"event":"service.ready","pid":7}',
    { level: "info", event: "service.ready", pid: 7, summary: '{"event":"service.ready","pid":7}' },
  ],
  [
    "a statement's error in Postgres",
    "2026-01-02 03:04:05.678 UTC [12] ERROR:  no such table",
    { level: "info", summary: "no such table" },
  ],
  ["a panic of Postgres", "2026-01-02 03:04:05.678 UTC [12] PANIC:  disk", { level: "error", summary: "disk" }],
  ["anything else", "Debugger listening", { level: "info", summary: "Debugger listening" }],
  ["half a line", '{"status":"err', { level: "info", summary: '{"status":"err' }],
] as const)("%s is understood", (_name, line, expected) => {
  expect(parseLogLine(line)).toEqual(expected);
});

test("lines below the chosen level aren't shown", () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const terminal = createTerminal("warn");
  terminal.show("api", { level: "info", summary: "gift created" });
  terminal.show("api", { level: "error", summary: "broken" });
  expect(written.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining("broken")]);
});

test("a thousand equal warnings are three lines and a count", () => {
  vi.useFakeTimers();
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const terminal = createTerminal("warn");
  for (let index = 0; index < 1_000; index += 1)
    terminal.show("worker", { level: "warn", summary: `attempt ${index} failed`, event: "send.retried" });
  vi.advanceTimersByTime(10_000);
  expect(written).toHaveBeenCalledTimes(4);
  expect(written).toHaveBeenLastCalledWith(expect.stringContaining("997 more like"));
});

test("at debug every line is shown", () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const terminal = createTerminal("debug");
  for (let index = 0; index < 10; index += 1) terminal.show("api", { level: "debug", summary: "same" });
  expect(written).toHaveBeenCalledTimes(10);
});
