import { judgeEnd } from "@gift/chaos/system/judge-end";
import { expect, test } from "vitest";

const asked = (...signals: NodeJS.Signals[]) => ({ asked: new Set(signals), wasReady: true });

test.each([
  ["a kill that was ours", { code: null, signal: "SIGKILL" }, asked("SIGKILL"), "ours"],
  ["a kill while it was ending", { code: null, signal: "SIGKILL" }, asked("SIGTERM", "SIGKILL"), "ours"],
  ["an end that was asked for", { code: 0, signal: null }, asked("SIGTERM"), "ours"],
  ["Postgres's keeper after a restart", { code: 1, signal: null }, asked("SIGQUIT"), "ours"],
  [
    "a start that fails while Postgres is away",
    { code: 1, signal: null },
    { ...asked(), wasReady: false },
    "failed start",
  ],
  ["an uncaught exception", { code: 1, signal: null }, asked(), "crash"],
  ["a drain that went wrong", { code: 1, signal: null }, asked("SIGTERM"), "crash"],
  ["an exit with nothing to do", { code: 0, signal: null }, asked(), "crash"],
  ["out of memory", { code: null, signal: "SIGABRT" }, asked("SIGTERM"), "crash"],
  ["a kill by somebody else", { code: null, signal: "SIGKILL" }, asked("SIGSTOP"), "crash"],
] as const)("%s", (_, end, run, judged) => {
  expect(judgeEnd(end, run)).toBe(judged);
});
