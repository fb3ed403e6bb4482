/** `bun run local`: the whole system on one machine. */
import { defineCommand, type ParsedArgs } from "citty";
import { runCommandLine } from "./command/command-line.ts";
import { flags, readSettings, type Settings } from "./command/settings.ts";
import { createTerminal, type Terminal } from "./command/terminal.ts";
import { StackError } from "./command/usage-error.ts";
import { canonical, prepareDataFolder } from "./folder/data-folder.ts";
import { type FolderLock, type Holder, lockFolder } from "./folder/folder-lock.ts";
import { Stack } from "./stack/stack.ts";
import { summary } from "./stack/summary.ts";

/** One Ctrl-C can arrive twice: from the terminal, and forwarded by the script runner that it reached as well. */
const sameKeystrokeMilliseconds = 500;

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
  const stack = new Stack(settings, terminal);
  const stopped = stopOnSignal(stack, terminal);
  try {
    const links = await stack.start();
    terminal.say(summary(stack, settings, links, (performance.now() - startedAt) / 1_000));
    await stopped.promise;
    terminal.say("Stopped. The data is kept for the next start.");
  } catch (err) {
    if (stopped.isRequested()) await stopped.promise;
    else await stack.stop();
    if (!stopped.isRequested()) throw err;
  } finally {
    await lock.release();
  }
}

async function lockOrRefuse(settings: Settings): Promise<FolderLock> {
  const self: Holder = { pid: process.pid, address: `http://127.0.0.1:${settings.port}` };
  const lock = await lockFolder(await canonical(settings.dataFolder), self);
  if ("release" in lock) return lock;
  throw new StackError(
    `The local stack already runs on ${settings.dataFolder} (pid ${lock.pid}, ${lock.address}): use that one, stop it with Ctrl-C, or give this one its own --data-dir and --port.`,
  );
}

function stopOnSignal(stack: Stack, terminal: Terminal): { promise: Promise<void>; isRequested(): boolean } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let requestedAt: number | undefined;
  const onSignal = () => {
    if (requestedAt === undefined) {
      requestedAt = performance.now();
      terminal.say("\nStopping: finishing what is in hand. Ctrl-C again ends it at once.");
      stack.stop().then(resolve, reject);
    } else if (performance.now() - requestedAt > sameKeystrokeMilliseconds) {
      stack.kill().then(resolve, reject);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  // A closed terminal must not end the supervisor before its children.
  process.stdout.on("error", () => undefined);
  return { promise, isRequested: () => requestedAt !== undefined };
}

await runCommandLine(command, flags, process.argv.slice(2));
