/** `bun run local`: the whole system on one machine. */
import { defineCommand, type ParsedArgs } from "citty";
import { runCommandLine } from "./command/command-line.ts";
import { listenForInterrupt } from "./command/interrupt.ts";
import { flags, readSettings, type Settings } from "./command/settings.ts";
import { createTerminal } from "./command/terminal.ts";
import { StackError } from "./command/usage-error.ts";
import { canonical, prepareDataFolder } from "./folder/data-folder.ts";
import { type FolderLock, type Holder, lockFolder } from "./folder/folder-lock.ts";
import { Stack } from "./stack/stack.ts";
import { summary } from "./stack/summary.ts";

const command = defineCommand({
  meta: {
    name: "bun run local",
    description: "Runs the gift service on this machine: Postgres, SQS, API and workers",
  },
  args: flags,
  run: ({ args }) => runLocal(args),
});

async function runLocal(args: ParsedArgs<typeof flags>): Promise<void> {
  const startedAt = performance.now();
  const settings = readSettings(args, process.env);
  const lock = await lockOrRefuse(settings);
  await prepareDataFolder(settings.dataFolder, settings.fresh);
  const terminal = createTerminal(settings.logLevel);
  const { stop, kill } = listenForInterrupt(() =>
    terminal.say("\nStopping: finishing what is in hand. Ctrl-C again ends it at once."),
  );
  const stack = new Stack(settings, terminal, kill);
  const stopped = stopOnInterrupt(stack, stop);
  try {
    const links = await stack.start();
    terminal.say(summary(stack, settings, links, (performance.now() - startedAt) / 1_000));
    await stopped;
    terminal.say("Stopped. The data is kept for the next start.");
  } catch (err) {
    if (stop.aborted) await stopped;
    else await stack.stop();
    if (!stop.aborted) throw err;
  } finally {
    await lock.release();
  }
}

async function lockOrRefuse(settings: Settings): Promise<FolderLock> {
  const self: Holder = { pid: process.pid, address: `http://127.0.0.1:${settings.port}` };
  const lock = await lockFolder(await canonical(settings.dataFolder), self);
  if ("release" in lock) return lock;
  throw new StackError(
    `The local stack already runs on ${settings.dataFolder} (pid ${lock.pid}, ${lock.address}): use that one, stop it with Ctrl-C, or give this one its own --data-dir, --port and --console-port.`,
  );
}

/** Resolves when it was interrupted and everything has ended. */
function stopOnInterrupt(stack: Stack, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) =>
    stop.addEventListener("abort", () => stack.stop().then(resolve, reject), { once: true }),
  );
}

await runCommandLine(command, flags, process.argv.slice(2));
