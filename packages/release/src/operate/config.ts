import { userInfo } from "node:os";

/** Who operates, for the audit. A task's own user name is the same for everybody. */
export function operatorName(env: NodeJS.ProcessEnv = process.env): string {
  return env.OPERATOR?.trim() || userInfo().username;
}
