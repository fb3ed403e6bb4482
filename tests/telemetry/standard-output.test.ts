import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** A program that counts its own system calls: what Node writes to descriptor 1 goes through `fs.writeSync`. */
const program = (body: string) => `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const writeSync = fs.writeSync;
  let calls = 0;
  fs.writeSync = (descriptor, ...rest) => { if (descriptor === 1) calls += 1; return writeSync(descriptor, ...rest); };
  syncBuiltinESMExports();
  const { createLog } = await import("@gift/telemetry/logger");
  const log = createLog({ service: "api", level: "info" });
  ${body}`;

function run(body: string, options: { readonly stdout?: number } = {}): SpawnSyncReturns<string> {
  const stdio = ["ignore", options.stdout ?? "pipe", "pipe"] as const;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program(body)], {
    encoding: "utf8",
    stdio: [...stdio],
    maxBuffer: 100_000_000,
  });
}

const amounts = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line): number => JSON.parse(line).amount);
const numbers = (length: number) => Array.from({ length }, (_, index) => index);

test("the lines of one turn are one system call, those of the next are another, and the order stays", () => {
  const { stdout, stderr } = run(`
    const burst = (first) => { for (let amount = first; amount < first + 50; amount += 1) log("gift.created", { amount }); };
    burst(0);
    setTimeout(() => { burst(50); setTimeout(() => process.stderr.write(String(calls)), 10); }, 10);`);
  expect(amounts(stdout)).toEqual(numbers(100));
  expect(stderr).toBe("2");
});

test.each([
  ["ends", "", 0],
  ["calls process.exit", "process.exit(3);", 3],
  ["throws", "throw new Error('unheard');", 1],
  ["leaves a rejection unhandled", "await Promise.reject(new Error('unheard'));", 1],
])("a process that %s right after its last line has said it", (_, ending, status) => {
  const child = run(`log("gift.created", { amount: 0 }); log("gift.created", { amount: 1 }); ${ending}`);
  expect(amounts(child.stdout)).toEqual([0, 1]);
  expect(child.status).toBe(status);
});

test("a burst larger than the pipe arrives whole: memory is bounded, nothing is dropped", () => {
  const { stdout } = run(
    `for (let amount = 0; amount < 20_000; amount += 1) log("gift.created", { amount }); process.exit(0);`,
  );
  expect(amounts(stdout)).toEqual(numbers(20_000));
});

test("a file as standard output gets them too", () => {
  const folder = mkdtempSync(join(tmpdir(), "gift-output-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const descriptor = openSync(join(folder, "log"), "w");
  run(`log("gift.created", { amount: 0 });`, { stdout: descriptor });
  closeSync(descriptor);
  expect(amounts(readFileSync(join(folder, "log"), "utf8"))).toEqual([0]);
});
