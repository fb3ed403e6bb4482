import { parseArgs } from "node:util";
import type { Command, CommandGroup, Operation } from "./command.ts";
import { UsageError } from "./usage-error.ts";

export type CommandLine =
  | { readonly kind: "help"; readonly of: Command }
  | { readonly kind: "run"; readonly operation: Operation; readonly words: readonly string[] };

/**
 * Finds the command that the words name, and checks its flags. citty ignores what it doesn't know; a mistyped
 * `--dryrun` must not become a redrive.
 * @param root the command that has all others below it
 * @param words as typed
 * @throws UsageError for an unknown command or flag, a flag without its value, or a word too many
 */
export function parseCommandLine(root: Command, words: readonly string[]): CommandLine {
  const [word, ...rest] = words;
  if ("commands" in root && word !== undefined && !isHelpFlag(word)) return parseCommandLine(below(root, word), rest);
  if (words.some(isHelpFlag)) return { kind: "help", of: root };
  if ("commands" in root) throw new UsageError(`${root.name} needs a command: ${namesBelow(root)}`);
  checkWords(root, words);
  return { kind: "run", operation: root, words };
}

function below(group: CommandGroup, word: string): Command {
  const found = Object.hasOwn(group.commands, word) ? group.commands[word] : undefined;
  if (found) return found;
  throw new UsageError(`there is no command "${group.name} ${word}"; there are: ${namesBelow(group)}`);
}

function checkWords({ name, args }: Operation, words: readonly string[]): void {
  const definitions = Object.entries(args);
  const options = definitions.flatMap(([flag, { type }]) => {
    return type === "positional" ? [] : [[flag, { type: type === "boolean" ? "boolean" : "string" }] as const];
  });
  const { positionals } = parseStrictly(words, Object.fromEntries(options));
  const names = definitions.filter(([, { type }]) => type === "positional").map(([positional]) => positional);
  const extra = positionals[names.length];
  // A plural takes as many as are given.
  if (extra !== undefined && names.at(-1) !== "ids") throw new UsageError(`${name} has no use for "${extra}"`);
}

function parseStrictly(words: readonly string[], options: Record<string, { type: "boolean" | "string" }>) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (err) {
    // Node's own sentence, without its advice on how to pass such a word as an argument.
    const [sentence = "wrong usage"] = err instanceof Error ? err.message.split(/\. |\n/) : [];
    throw new UsageError(sentence.replace(/\.$/, ""), { cause: err });
  }
}

function namesBelow(group: CommandGroup): string {
  return Object.keys(group.commands).join(", ");
}

function isHelpFlag(word: string): boolean {
  return word === "--help" || word === "-h";
}
