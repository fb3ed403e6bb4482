import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogFile, type LogFileState } from "@gift/telemetry/log-file";
import { createLog } from "@gift/telemetry/logger";
import { expect, onTestFinished, test } from "vitest";
import { useMetrics } from "../support/metric.ts";

const metrics = useMetrics();

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "gift-log-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function fileIn(directory: string, maxBytes = 1_000) {
  const states: LogFileState[] = [];
  const path = join(directory, "api.log");
  const file = createLogFile({ path, maxBytes, kept: 2, onStateChange: (state) => states.push(state) });
  onTestFinished(() => file.close());
  return { ...file, path, states, text: () => readFileSync(path, "utf8") };
}

const lineOf = (number: number) => `{"line":${number},"filler":"${"x".repeat(80)}"}\n`;

test("lines arrive whole and in order, soon after they are written", async () => {
  const { write, text } = fileIn(folder(), 1_000_000);
  const lines = Array.from({ length: 1_000 }, (_, index) => lineOf(index));
  for (const line of lines) write(line);
  await expect.poll(text).toBe(lines.join(""));
});

test("files rotate by size: the newest lines are kept, disk is bounded, and no old name matches *.log", () => {
  const directory = folder();
  const { write, flush } = fileIn(directory);
  for (let number = 0; number < 100; number += 1) {
    write(lineOf(number));
    flush();
  }
  expect(readdirSync(directory).sort()).toEqual(["api.log", "api.log.1", "api.log.2"]);
  const kept = ["api.log.2", "api.log.1", "api.log"]
    .map((name) => readFileSync(join(directory, name), "utf8"))
    .join("");
  const numbers = kept
    .trim()
    .split("\n")
    .map((line): number => JSON.parse(line).line);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index));
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).size).toBeLessThan(1_200);
});

test("a process that starts again goes on in the file that is there, and counts it", () => {
  const directory = folder();
  writeFileSync(join(directory, "api.log"), "x".repeat(999).concat("\n"));
  const { write, flush, text } = fileIn(directory);
  write("one\n");
  flush();
  expect(text()).toBe("one\n");
  expect(readFileSync(join(directory, "api.log.1"), "utf8")).toHaveLength(1_000);
});

test("a folder that can't be written costs lines and nothing else: said once when it begins and once when it ends", () => {
  const directory = join(folder(), "absent");
  const { write, flush, states, text } = fileIn(directory);
  for (let number = 0; number < 5; number += 1) {
    write(`${number}\n`);
    flush();
  }
  mkdirSync(directory);
  write("kept\n");
  flush();
  expect(states).toEqual([
    { problem: expect.objectContaining({ code: "ENOENT" }), droppedLines: 1 },
    { droppedLines: 5 },
  ]);
  expect(text()).toBe("kept\n");
});

test("every line that the file didn't take is counted, as the log can't tell whoever reads that file", () => {
  const directory = join(folder(), "absent");
  const { write, flush } = fileIn(directory);
  for (const line of ["one\n", "two\n"]) {
    write(line);
    flush();
  }
  mkdirSync(directory);
  write("kept\n");
  flush();
  expect(metrics.total("gift.log.dropped")).toBe(2);
});

test("a full disk stops neither the service nor later lines; a line that it cut off doesn't run into the next", () => {
  const { write, flush, states } = fullDisk();
  write("one\n");
  flush();
  write("two\n");
  flush();
  expect(states).toEqual([{ problem: expect.objectContaining({ code: "ENOSPC" }), droppedLines: 1 }]);
});

/** `/dev/full` answers every write with "no space left on device". */
function fullDisk() {
  const states: LogFileState[] = [];
  const onStateChange = (state: LogFileState) => void states.push(state);
  const file = createLogFile({ path: "/dev/full", maxBytes: 1_000, kept: 2, onStateChange });
  onTestFinished(() => file.close());
  return { ...file, states };
}

test("the log says on standard output that its file can't be written, and every line is there", () => {
  const lines: string[] = [];
  const log = createLog(
    { service: "api", level: "info", directory: join(folder(), "absent") },
    { write: (line) => void lines.push(line) },
  );
  log("service.ready");
  for (let number = 0; number < 1_000; number += 1) log("send.accepted");
  const events = lines.map((line): string => JSON.parse(line).event);
  expect(events.filter((event) => event === "log.file_failed")).toHaveLength(1);
  expect(events.filter((event) => event === "send.accepted")).toHaveLength(1_000);
});

test.each([
  ["that ends", ""],
  ["that calls process.exit", "process.exit(0);"],
  ["that throws", "throw new Error('unheard');"],
])("a process %s right after its last line has it in the file", (_, ending) => {
  const directory = folder();
  const script = `
    import { createLog } from "@gift/telemetry/logger";
    const log = createLog({ service: "api", level: "info", directory: ${JSON.stringify(directory)} });
    log("service.ready"); log("service.stopped"); ${ending}`;
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  const written = readFileSync(join(directory, "api.log"), "utf8");
  expect(written).toMatch(/service\.ready.*\n.*service\.stopped.*\n$/);
  expect(child.stdout).toBe(written);
});

test("a rotation that fails drops lines until it succeeds", () => {
  const directory = folder();
  const { path, write, flush, states, text } = fileIn(directory, 10);
  // A folder that isn't empty can't be replaced; root, as whom tests may run, could write to a read-only one.
  writeFileSync(`${path}.1`, "an earlier file\n");
  mkdirSync(join(`${path}.2`, "occupied"), { recursive: true });
  for (const line of ["more than ten bytes\n", "dropped\n"]) {
    write(line);
    flush();
  }
  rmSync(`${path}.2`, { recursive: true });
  write("kept\n");
  flush();
  expect(states).toEqual([{ problem: expect.any(Error), droppedLines: 1 }, { droppedLines: 1 }]);
  expect(text()).toBe("kept\n");
});
