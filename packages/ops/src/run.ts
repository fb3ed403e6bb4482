import { stripVTControlCharacters } from "node:util";
import { DomainError } from "@gift/core/domain-error";
import { root } from "./command/root.ts";
import { parseCommandLine } from "./command-line.ts";
import { DatabaseUnreachableError } from "./database-unreachable.ts";
import { done, type ExitCode, failed, unreachable, usage } from "./exit-code.ts";
import { renderHelp } from "./help.ts";
import { forReader } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export interface Ending {
  readonly code: ExitCode;
  /** One sentence for standard error, when something stood in the way. */
  readonly complaint?: string;
}

/**
 * Runs one command line; results go to standard output.
 * @param typed the words after `bun run ops`
 */
export async function run(typed: readonly string[]): Promise<Ending> {
  try {
    const line = parseCommandLine(root, typed);
    if (line.kind === "run") return { code: await line.operation.run(line.words) };
    const help = await renderHelp(line.of);
    process.stdout.write(forReader(help, process.stdout));
    return { code: done };
  } catch (err) {
    return explain(err);
  }
}

/** Postgres's code for a table that isn't there. */
const undefinedTable = "42P01";

function explain(err: unknown): Ending {
  if (!(err instanceof Error)) return { code: failed, complaint: String(err) };
  // citty's own is about a missing argument or a value that is none of the options; it doesn't export the class.
  if (err instanceof UsageError || err.name === "CLIError")
    return { code: usage, complaint: `${stripVTControlCharacters(err.message)} (--help tells more)` };
  if (err instanceof DatabaseUnreachableError) return { code: unreachable, complaint: err.message };
  if (err instanceof DomainError) return { code: failed, complaint: err.message };
  if ("code" in err && err.code === undefinedTable)
    return { code: failed, complaint: `the schema is too old (${err.message}): run \`bun run ops migrate\`` };
  return { code: failed, complaint: err.cause instanceof Error ? `${err.message}: ${err.cause.message}` : err.message };
}
