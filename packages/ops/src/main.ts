import { stripVTControlCharacters } from "node:util";
import { DomainError } from "@gift/core/domain-error";
import { root } from "./command/root.ts";
import { parseCommandLine } from "./command-line.ts";
import { DatabaseUnreachableError } from "./database-unreachable.ts";
import { done, type ExitCode, failed, unreachable, usage } from "./exit-code.ts";
import { renderHelp } from "./help.ts";
import { UsageError } from "./usage-error.ts";

async function main(typed: readonly string[]): Promise<ExitCode> {
  try {
    const line = parseCommandLine(root, typed);
    if (line.kind === "run") return await line.operation.run(line.words);
    const help = await renderHelp(line.of);
    process.stdout.write(process.stdout.isTTY ? help : stripVTControlCharacters(help));
    return done;
  } catch (err) {
    const [code, sentence] = explain(err);
    process.stderr.write(`${sentence}\n`);
    return code;
  }
}

/** Postgres's code for a table that isn't there. */
const undefinedTable = "42P01";

function explain(err: unknown): [ExitCode, string] {
  if (!(err instanceof Error)) return [failed, String(err)];
  if (err instanceof UsageError) return [usage, `${err.message} (--help tells more)`];
  // citty's own, about a missing argument or a value that is none of the options; it doesn't export the class.
  if (err.name === "CLIError") return [usage, `${stripVTControlCharacters(err.message)} (--help tells more)`];
  if (err instanceof DatabaseUnreachableError) return [unreachable, err.message];
  if (err instanceof DomainError) return [failed, err.message];
  if ("code" in err && err.code === undefinedTable)
    return [failed, `the schema is older than this command needs (${err.message}): run \`bun run ops migrate\``];
  return [failed, err.cause instanceof Error ? `${err.message}: ${err.cause.message}` : err.message];
}

// A reader that has seen enough, as in `… | head`.
process.stdout.on("error", (err: NodeJS.ErrnoException) => process.exit(err.code === "EPIPE" ? done : failed));
process.exitCode = await main(process.argv.slice(2));
