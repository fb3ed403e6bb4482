import { type ArgsDef, type ParsedArgs, parseArgs } from "citty";
import type { ExitCode } from "./exit-code.ts";

/** A word that leads to other commands, or one that does something. */
export type Command = CommandGroup | Operation;

interface Named {
  /** As typed, from the start: help and errors repeat it. */
  readonly name: string;
  readonly description: string;
}

export interface CommandGroup extends Named {
  readonly commands: Readonly<Record<string, Command>>;
}

export interface Operation extends Named {
  readonly args: ArgsDef;
  /** @param words what follows the name, checked */
  run(words: readonly string[]): Promise<ExitCode>;
}

/**
 * Defines an operation whose `run` gets its arguments as its definition types them.
 * @param definition name, description, arguments, and what to do
 */
export function defineOperation<const Args extends ArgsDef>(
  definition: Named & { args: Args; run(args: ParsedArgs<Args>): Promise<ExitCode> },
): Operation {
  const { name, description, args } = definition;
  return { name, description, args, run: (words) => definition.run(parseArgs<Args>([...words], args)) };
}
