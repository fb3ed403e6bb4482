import { renderUsage } from "citty";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit-code.ts";

/** What a command does, its arguments, flags and exit codes, for people. */
export async function renderHelp(command: Command): Promise<string> {
  const { name, description } = command;
  const usage = await renderUsage({
    meta: { name, description },
    ...("commands" in command
      ? { subCommands: Object.fromEntries(Object.entries(command.commands).map(describe)) }
      : { args: command.args }),
  });
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `  ${code}  ${meaning}`);
  return `${usage}\n\nEXIT CODES\n\n${codes.join("\n")}\n`;
}

function describe([word, { description }]: [string, Command]) {
  return [word, { meta: { description } }] as const;
}
