import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { newestMigration } from "@gift/core/migration/migrations";
import { onTestFinished } from "vitest";
import { root } from "../support/sources.ts";

const migrationFolder = "packages/core/src/migration";

/** The version before, as files that Node can run. */
export interface PreviousVersion {
  /** The last migration that it knows. */
  readonly newestMigration: string;
  /** Its own file of this name, e.g. `packages/api/src/main.ts`. */
  entryPoint(path: string): string;
}

/**
 * Finds what a deploy of today's code finds running: the last version without today's newest migration.
 * @returns its commit; undefined where the history doesn't reach so far, or is missing
 */
export function previousCommit(): string | undefined {
  try {
    const file = `${migrationFolder}/${newestMigration}.ts`;
    // Along the main line: what a branch was based on is not what ran before it was merged.
    const added = git("log", "--first-parent", "--diff-filter=A", "--format=%H", "-1", "--", file);
    return git("rev-parse", "--verify", "--quiet", added === "" ? "HEAD" : `${added}^`);
  } catch {
    return undefined;
  }
}

/**
 * Takes a version out of the history. It runs with today's dependencies, at its own sources; it goes with the test.
 * @throws Error when it needs a package that today's code no longer has
 */
export function checkOut(commit: string): PreviousVersion {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "gift-previous-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  git("archive", "--output", join(folder, "archive.tar"), commit, "package.json", "packages");
  execFileSync("tar", ["-xf", "archive.tar"], { cwd: folder });
  for (const name of readdirSync(join(folder, "packages"))) linkDependencies(folder, name);
  const files = readdirSync(join(folder, migrationFolder)).filter((name) => /^\d{4}-/.test(name));
  return {
    newestMigration: files.toSorted().at(-1)?.replace(/\.ts$/, "") ?? "",
    entryPoint: (path) => join(folder, path),
  };
}

/** Packages of ours lead to the version's own sources, all others to what is installed. */
function linkDependencies(folder: string, name: string): void {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "packages", name, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    const own = /^@gift\/(.+)$/.exec(dependency)?.[1];
    const target = own === undefined ? installed(name, dependency) : join(folder, "packages", own);
    const link = join(folder, "packages", name, "node_modules", dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link);
  }
}

function installed(name: string, dependency: string): string {
  const places = [`packages/${name}/node_modules`, "node_modules"].map((place) => join(root, place, dependency));
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new Error(`the version before needs ${dependency} in ${name}, which isn't installed any more`);
  return realpathSync(found);
}

function git(...words: readonly string[]): string {
  return execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
