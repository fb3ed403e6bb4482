import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestDatabase } from "../support/database.ts";

const main = join(import.meta.dirname, "..", "..", "packages", "ops", "src", "main.ts");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON document; throws when it is anything else. */
  json(): unknown;
}

/** The environment that links a database, as SST and the local stack set it. */
export function linkTo(connection: TestDatabase["connection"]): Record<string, string> {
  const { user, ...address } = connection;
  const binding = { ...address, username: user, auth: "password", password: "unused" };
  return { SST_RESOURCE_Database: JSON.stringify(binding) };
}

/**
 * Runs the operator's command as `bun run ops` does, with nobody at a terminal.
 * @param words the command line
 * @param environment all of it
 */
export async function runOps(words: readonly string[], environment: Record<string, string>): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...words], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}
