/**
 * `bun run chaos`: harms the whole system at random while it works, and shows that nothing is lost and nothing is done
 * twice.
 */

import { runCommandLine } from "@gift/local/command/command-line";
import { listenForInterrupt } from "@gift/local/command/interrupt";
import { fraction, wholeNumber } from "@gift/local/command/value";
import { type ArgsDef, defineCommand, type ParsedArgs } from "citty";
import { report } from "./report.ts";
import { failuresOf } from "./result.ts";
import { runChaos } from "./run.ts";

const flags = {
  minutes: { type: "string", default: "10", description: "How long faults are injected, 0.2 to 600" },
  seed: { type: "string", description: "Repeats the plan of an earlier run; it is printed" },
  "gifts-per-second": { type: "string", default: "10", description: "Gifts created and sent per second, all the time" },
  json: {
    type: "boolean",
    default: false,
    description: "One JSON document instead of the table; progress goes to stderr",
  },
} as const satisfies ArgsDef;

const mostSeed = 4_294_967_295;

const command = defineCommand({
  meta: {
    name: "bun run chaos",
    description: "Kills, freezes and cuts the whole system at random under load, and audits every send",
  },
  args: flags,
  run: ({ args }) => run(args),
});

async function run(args: ParsedArgs<typeof flags>): Promise<void> {
  const seed = args.seed ? wholeNumber("--seed", args.seed, 0, mostSeed) : Math.floor(Math.random() * mostSeed);
  const minutes = fraction("--minutes", args.minutes, 0.2, 600);
  const giftsPerSecond = fraction("--gifts-per-second", args["gifts-per-second"], 0.1, 200);
  const output = args.json ? process.stderr : process.stdout;
  const say = (sentence: string) =>
    void output.write(`${(performance.now() / 1_000).toFixed(1).padStart(6)} s  ${sentence}\n`);
  const result = await runChaos({
    seed,
    minutes,
    giftsPerSecond,
    interrupt: listenForInterrupt(() => say("Interrupted. Ctrl-C again ends it at once.")),
    say,
  });
  const failures = failuresOf(result);
  const document = { ...result, failures };
  process.stdout.write(args.json ? `${JSON.stringify(document, undefined, 2)}\n` : `\n${report(result)}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

await runCommandLine(command, flags, process.argv.slice(2));
// Requests that are still being repeated after a run that broke have nobody left to tell.
process.exit();
