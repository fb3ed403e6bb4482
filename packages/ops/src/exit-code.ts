/** What the command says to a script. The help of every command prints this table. */
export const exitCodes = {
  done: { code: 0, meaning: "done" },
  failed: { code: 1, meaning: "failed, in part too, or nothing matched where something was asked for" },
  usage: { code: 2, meaning: "wrong usage" },
  unreachable: { code: 3, meaning: "the database can't be reached, or none is linked" },
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]["code"];

export const done = exitCodes.done.code;
export const failed = exitCodes.failed.code;
export const usage = exitCodes.usage.code;
export const unreachable = exitCodes.unreachable.code;
