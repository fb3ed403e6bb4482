/** `bun run demo`: drives the running stack through its HTTP API as a client would. */
import { type ArgsDef, defineCommand, type ParsedArgs } from "citty";
import { runCommandLine } from "./command/command-line.ts";
import { listenForInterrupt } from "./command/interrupt.ts";
import { InterruptedError, StackError } from "./command/usage-error.ts";
import { fraction, webAddress, wholeNumber } from "./command/value.ts";
import { createGiftClient } from "./demo/client.ts";
import { readDatabaseLink } from "./demo/database-link.ts";
import { drive } from "./demo/drive.ts";
import { readEvidence } from "./demo/evidence.ts";
import { showProgress } from "./demo/progress.ts";
import { report } from "./demo/report.ts";
import { createTally, interrupted, type Tally, unaccounted } from "./demo/tally.ts";

const flags = {
  gifts: { type: "string", default: "500", description: "How many gifts to create and send" },
  rate: { type: "string", default: "100", description: "Gifts per second" },
  api: { type: "string", description: "Address of the API; by default that of the running local stack" },
} as const satisfies ArgsDef;

const command = defineCommand({
  meta: { name: "bun run demo", description: "Creates and sends gifts, follows each to its outcome and counts" },
  args: flags,
  run: ({ args }) => runDemo(args),
});

async function runDemo(args: ParsedArgs<typeof flags>): Promise<void> {
  const gifts = wholeNumber("--gifts", args.gifts, 1, 1_000_000);
  const ratePerSecond = fraction("--rate", args.rate, 0.1, 2_000);
  const address = args.api
    ? webAddress("--api", args.api)
    : webAddress("GIFT_API_URL", process.env.GIFT_API_URL ?? "http://127.0.0.1:3000");
  const tally = createTally(gifts);
  const client = createGiftClient(address, () => {
    tally.clientRetries += 1;
  });
  if (!(await client.isThere()))
    throw new StackError(
      `No API answers at ${address}: start it with "npx --yes bun run local", or name another with --api.`,
    );
  const { stop, kill } = listenForInterrupt();
  kill.addEventListener("abort", () => process.exit(130));
  const startedAt = new Date();
  const stopProgress = showProgress(tally, process.stdout.isTTY);
  await drive({ client, gifts, ratePerSecond, signal: stop }, tally);
  stopProgress();
  const seconds = (Date.now() - startedAt.getTime()) / 1_000;
  // Another API's gifts are in another database than the local stack's.
  const link = args.api ? undefined : readDatabaseLink(process.env.SST_RESOURCE_Database);
  process.stdout.write(`${report(tally, await readEvidence(link, startedAt, tally.failed), seconds)}\n`);
  requireAll(tally);
}

function requireAll(tally: Tally): void {
  if (unaccounted(tally) === 0) return;
  const why = tally.firstError ? ` The first trouble was: ${tally.firstError}.` : "";
  const { onTheirWay, neverCreated } = interrupted(tally);
  if (tally.isInterrupted)
    throw new InterruptedError(
      `${onTheirWay} gifts were on their way when you stopped it; ${neverCreated} were never created.${why}`,
    );
  throw new StackError(`${unaccounted(tally)} of ${tally.asked} gifts are unaccounted for.${why}`);
}

await runCommandLine(command, flags, process.argv.slice(2));
// Requests that are still being repeated for an interrupted demo have nobody left to tell.
process.exit();
