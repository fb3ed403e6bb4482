import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StackError } from "@gift/local/command/usage-error";
import type { LogLine } from "@gift/local/process/log-line";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import { SupervisedProcess } from "@gift/local/process/supervised-process";
import { until } from "@gift/rehearsal/until";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "./alive.ts";
import { run } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`fixture/${name}.ts`, import.meta.url));

async function supervised(words: readonly string[], change: Partial<ProcessSpec> = {}, kill?: AbortSignal) {
  const logFolder = await temporaryFolder();
  const [notices, lines]: [string[], LogLine[]] = [[], []];
  const spec: ProcessSpec = {
    name: "child",
    command: [fixture("child"), ...words],
    environment: {},
    stopTimeoutSeconds: 5,
    killSignal: "SIGKILL",
    advice: "Do this instead.",
    ...change,
  };
  const child = new SupervisedProcess(spec, {
    logFolder,
    onLine: (_name, line) => lines.push(line),
    onNotice: (sentence) => notices.push(sentence),
    ...(kill && { kill }),
  });
  onTestFinished(() => child.kill());
  return { child, notices, lines, logFolder };
}

test("a child that is killed is reported in a sentence and runs again", async () => {
  const { child, notices } = await supervised(["run"]);
  await child.ready;
  const first = child.pid ?? 0;
  process.kill(first, "SIGKILL");
  await until("the child's return", () => notices.length === 2);
  expect(notices).toEqual([
    "child was killed by SIGKILL; it starts again in 0.2 s.",
    `child is back (pid ${child.pid}).`,
  ]);
  expect(child.pid).not.toBe(first);
  expect(await isAlive(first)).toBe(false);
});

test("a child that breaks soon after each start is started ever later", async () => {
  const { child, notices } = await supervised(["run"]);
  await child.ready;
  for (const returns of [1, 2]) {
    process.kill(child.pid ?? 0, "SIGKILL");
    await until("the child's return", () => notices.length === 2 * returns);
  }
  expect(notices.filter((sentence) => sentence.includes("starts again"))).toEqual([
    "child was killed by SIGKILL; it starts again in 0.2 s.",
    "child was killed by SIGKILL; it starts again in 0.4 s.",
  ]);
});

test("a child that fails three times before it is ready is given up, with its last lines and what to do", async () => {
  const { child, notices } = await supervised(["fail", "no such table"]);
  await expect(child.ready).rejects.toThrow(StackError);
  await expect(child.ready).rejects.toThrow(
    /^child ended with exit code 3, 3 times in a row, before it was ready\. Its last lines:\n {2}Error: no such table\n(?: {2}.*\n)*Do this instead\.$/,
  );
  expect(notices).toEqual([
    "child ended with exit code 3; it starts again in 0.2 s. Error: no such table",
    "child ended with exit code 3; it starts again in 0.4 s. Error: no such table",
  ]);
  expect(child.pid).toBeUndefined();
});

test("a child whose files are unusable is given up at once", async () => {
  const { child, notices } = await supervised(["unusable", "the files are damaged."], {
    adviceWhenUnusable: "Start over.",
  });
  await expect(child.ready).rejects.toThrow(/the files are damaged\.\nStart over\.$/);
  expect(notices).toEqual([]);
});

test("a stop lets the child finish and resolves when it is gone", async () => {
  const { child, lines, notices } = await supervised(["run"]);
  await child.ready;
  const pid = child.pid ?? 0;
  await child.stop();
  expect(await isAlive(pid)).toBe(false);
  expect(lines.at(-1)).toEqual({ level: "warn", summary: "told to stop" });
  expect(notices).toEqual([]);
});

test("a child that doesn't stop is killed after its timeout, and that is said", async () => {
  const { child, notices } = await supervised(["deaf"], { stopTimeoutSeconds: 0.2 });
  await child.ready;
  const pid = child.pid ?? 0;
  await child.stop();
  expect(await isAlive(pid)).toBe(false);
  expect(notices).toEqual(["child didn't stop within 0.2 s and is killed."]);
});

test.each(["before", "after"])(
  "a child that is started %s there is no more time to drain ends at once",
  async (when) => {
    const kill = new AbortController();
    if (when === "after") kill.abort();
    const { child, notices } = await supervised(["deaf"], {}, kill.signal);
    if (when === "before") await child.ready;
    kill.abort();
    await until("its end", () => child.pid === undefined, 2_000);
    expect(notices).toEqual([]);
  },
);

test("a stop between a crash and the restart keeps the child from coming back", async () => {
  const { child, notices } = await supervised(["run"]);
  await child.ready;
  process.kill(child.pid ?? 0, "SIGKILL");
  await until("the crash", () => notices.length === 1);
  await child.stop();
  expect(child.pid).toBeUndefined();
  await expect(until("a restart", () => notices.length > 1, 500)).rejects.toThrow("waited");
});

test("a stop before the child was ready ends the wait for it", async () => {
  const { child } = await supervised(["fail", "nothing"]);
  const waiting = expect(child.ready).rejects.toThrow("child was stopped before it was ready");
  await child.stop();
  await waiting;
});

test("everything a child prints is in its log file", async () => {
  const { child, logFolder } = await supervised(["run"]);
  await child.ready;
  await child.stop();
  await until("the log", async () => (await readFile(join(logFolder, "child.log"), "utf8")).includes("told to stop"));
  expect(await readFile(join(logFolder, "child.log"), "utf8")).toContain('"event":"service.ready"');
});

test("a child stops by itself when its supervisor is killed with -9", async () => {
  const supervisor = run([fixture("supervisor"), await temporaryFolder()]);
  const [, pid] = await supervisor.printed(/child (\d+)/);
  expect(await isAlive(Number(pid))).toBe(true);
  supervisor.kill("SIGKILL");
  await until("the child's end", async () => !(await isAlive(Number(pid))), 5_000);
});

test("what a shell carries for another account doesn't reach a child", async () => {
  process.env.AWS_PROFILE = "someone-else";
  onTestFinished(() => {
    delete process.env.AWS_PROFILE;
  });
  const child = run(["-e", "console.log(JSON.stringify(process.env.AWS_PROFILE ?? null), process.env.OWN)"], {
    OWN: "1",
  });
  await child.printed(/^null 1$/m);
});
