import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

interface Line {
  readonly event: string;
  readonly status: string;
  readonly error_message?: string;
  readonly signal?: string;
}

function start(behaviour: string) {
  const service = join(import.meta.dirname, "service-under-test.ts");
  const child = spawn(process.execPath, [service, behaviour], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: Line[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    waiting.get(line.event)?.();
  });
  const logged = (event: string) => {
    if (lines.some((line) => line.event === event)) return Promise.resolve();
    return new Promise<void>((resolve) => waiting.set(event, resolve));
  };
  return { child, lines, logged, ended: end(child) };
}

async function end(child: ChildProcess): Promise<{ code: unknown; signal: unknown }> {
  const [code, signal] = (await once(child, "close")) as [unknown, unknown];
  return { code, signal };
}

const events = (lines: readonly Line[]) => lines.map((line) => line.event);

test.concurrent.each(["SIGTERM", "SIGINT"] as const)(
  "%s: what is in flight is finished, then the process ends with 0",
  async (signal) => {
    const { child, lines, logged, ended } = start("sound");
    await logged("service.ready");
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(events(lines)).toEqual(["service.ready", "service.stopping", "outbox.swept", "service.stopped"]);
    expect(lines[1]?.signal).toBe(signal);
  },
);

test.concurrent("a signal while it starts: it finishes starting, stops, and never says that it is ready", async () => {
  const { child, lines, logged, ended } = start("starts-slowly");
  await logged("outbox.blocked");
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(events(lines)).toEqual(["outbox.blocked", "service.stopping", "outbox.swept", "service.stopped"]);
});

test.concurrent("a second signal neither kills nor stops twice", async () => {
  const { child, lines, logged, ended } = start("sound");
  await logged("service.ready");
  child.kill("SIGTERM");
  await logged("service.stopping");
  child.kill("SIGTERM");
  child.kill("SIGINT");
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(events(lines).filter((event) => event === "service.stopping")).toHaveLength(1);
});

test.concurrent.each([
  ["a service that can't start", "fails-to-start", "the port is taken: EADDRINUSE"],
  ["an error that nobody caught", "throws-later", "nobody awaited this"],
])("%s says why and ends with 1", async (_, behaviour, message) => {
  const { lines, ended } = start(behaviour);
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(lines.at(-1)).toMatchObject({ event: "service.failed", status: "fatal", error_message: message });
});

test.concurrent.each([
  ["a stop that hangs", "hangs-while-stopping", "not stopped 1 s after SIGTERM"],
  ["a handle that is left open", "leaves-a-handle-open", "not stopped 1 s after SIGTERM"],
  ["a stop that fails", "fails-to-stop", "the last flush failed"],
])("%s ends with 1 before the kill, and says so", async (_, behaviour, message) => {
  const { child, lines, logged, ended } = start(behaviour);
  await logged("service.ready");
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(lines.at(-1)).toMatchObject({ event: "service.failed", error_message: message });
});
