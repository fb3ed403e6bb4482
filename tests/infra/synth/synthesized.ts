import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { exclusively } from "./exclusively.ts";
import { root } from "./repository.ts";
import type { Request, Stack } from "./stack.ts";

/** Everything that a synthesis reads. */
const sources = [
  "sst.config.ts",
  "infra",
  "packages/fleet/src",
  "packages/monitor/src",
  "packages/telemetry/src",
  "tests/infra/synth",
  ".sst/provider-lock.json",
  "bun.lock",
];

const folder = join(root, ".sst/synth");

/**
 * What a stage deploys. Computed once for all test files and runs, until a source changes.
 * @param request the stage, and whether `sst dev` deploys it
 * @throws Error with what the configuration complained about
 */
export async function synthesized(request: Request): Promise<Stack> {
  const file = join(folder, hashOfSources(), `${nameOf(request)}.json`);
  if (!existsSync(file)) await exclusively(`${file}.lock`, () => synthesizeInto(file, request));
  return JSON.parse(readFileSync(file, "utf8"));
}

async function synthesizeInto(file: string, request: Request): Promise<void> {
  if (existsSync(file)) return;
  dropOtherVersions(dirname(file));
  const partial = `${file}.${process.pid}`;
  // What a developer's shell names must not be what every later run reads.
  const { DATABASE_URL: _, ...env } = process.env;
  const child = join(import.meta.dirname, "child.ts");
  try {
    await promisify(execFile)(process.execPath, [child, JSON.stringify(request), partial], { cwd: root, env });
  } catch (err) {
    const said = err instanceof Error && "stderr" in err ? String(err.stderr).trim() : "";
    throw new Error(`stage ${request.stage} doesn't synthesize:\n${said}`, { cause: err });
  }
  renameSync(partial, file);
}

function dropOtherVersions(current: string): void {
  for (const name of readdirSync(folder))
    if (join(folder, name) !== current && isOld(join(folder, name)))
      rmSync(join(folder, name), { recursive: true, force: true });
}

/** Another run may still be at work on sources that have changed since. */
function isOld(path: string): boolean {
  return Date.now() - statSync(path).mtimeMs > 600_000;
}

function nameOf({ stage, isDev, fleet, edits }: Request): string {
  const changes = [fleet === undefined ? "" : readFileSync(join(root, fleet), "utf8"), edits ?? ""];
  const variant = fleet === undefined && edits === undefined ? "" : `.${hashOf(JSON.stringify(changes))}`;
  return `${stage}${isDev ? ".dev" : ""}${variant}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

let known: string | undefined;

function hashOfSources(): string {
  if (known) return known;
  const hash = createHash("sha256");
  for (const file of sources.flatMap((source) => filesIn(join(root, source))))
    hash.update(file).update(readFileSync(file));
  known = hash.digest("hex").slice(0, 16);
  mkdirSync(join(folder, known), { recursive: true });
  return known;
}

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
