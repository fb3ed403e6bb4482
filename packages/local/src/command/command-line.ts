import { forReader } from "@gift/ops/output";
import { type ArgsDef, type CommandDef, renderUsage, runCommand } from "citty";
import { InterruptedError, StackError, UsageError } from "./usage-error.ts";

/**
 * Runs a citty command and ends the process as a shell expects: 2 with one sentence when the words make no sense,
 * 130 when it was interrupted, 1 when the work failed. citty's own runner ignores unknown flags and prints stacks.
 * @param command its `run` may set `process.exitCode`
 * @param args the same flags as the command's, which citty keeps to itself
 * @param words the command line without the program
 */
export async function runCommandLine<Args extends ArgsDef>(
  command: CommandDef<Args>,
  args: Args,
  words: readonly string[],
): Promise<void> {
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(`${forReader(await renderUsage(command), process.stdout)}\n`);
    return;
  }
  try {
    refuseUnknownWords(args, words);
    await runCommand(command, { rawArgs: [...words] });
  } catch (err) {
    const isExpected = [UsageError, InterruptedError, StackError].some((kind) => err instanceof kind);
    process.stderr.write(`${err instanceof Error && isExpected ? err.message : inFull(err)}\n`);
    process.exitCode = err instanceof UsageError ? 2 : err instanceof InterruptedError ? 130 : 1;
  }
}

/** Every flag takes its value as `--flag value` or `--flag=value`; switches take none. */
function refuseUnknownWords(args: ArgsDef, words: readonly string[]): void {
  const known = `the flags are ${Object.keys(args)
    .map((name) => `--${name}`)
    .join(", ")} and --help.`;
  for (let index = 0; index < words.length; index += 1) {
    const [flag = "", ...values] = (words[index] ?? "").split("=");
    const definition = flag.startsWith("--") ? args[flag.slice(2)] : undefined;
    if (!definition) throw new UsageError(`${flag} isn't known here: ${known}`);
    if (definition.type === "boolean") {
      if (values.length > 0) throw new UsageError(`${flag} takes no value: write just ${flag}.`);
    } else if (values.length === 0) {
      index += 1;
      if (words[index] === undefined) throw new UsageError(`${flag} needs a value: write ${flag} VALUE.`);
    }
  }
}

function inFull(err: unknown): string {
  return err instanceof Error ? (err.stack ?? err.message) : String(err);
}
