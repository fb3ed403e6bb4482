import { type ChildProcess, spawn } from "node:child_process";
import { repositoryFolder } from "../repository.ts";
import type { ProcessSpec } from "./process-spec.ts";

const preload = new URL("stop-with-parent.ts", import.meta.url).href;

/** What a shell may carry for another account, stage or program; a service must only see what its spec says. */
const foreign =
  /^(AWS_|SST_|DD_|PG|DATABASE_URL$|SQS_ENDPOINT$|SLACK_WEBHOOK_URL$|RUNBOOK_URL$|PORT$|HOST$|ROLES$|LOG_LEVEL$)/;

/** Starts a Node process that reads and prints through pipes, and stops by itself when this process is gone. */
export function spawnChild(spec: Pick<ProcessSpec, "command" | "environment">): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return spawn(process.execPath, ["--import", preload, ...spec.command], {
    cwd: repositoryFolder,
    env: { ...Object.fromEntries(inherited), ...spec.environment },
    // Its own process group: a Ctrl-C at the terminal reaches it through the supervisor, in the right order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}
