/**
 * `bun run rehearse`: breaks the whole system on purpose, and shows who notices, what repairs it and that nothing is
 * lost.
 */

import { runCommandLine } from "@gift/local/command/command-line";
import { listenForInterrupt } from "@gift/local/command/interrupt";
import { fraction, wholeNumber } from "@gift/local/command/value";
import { type ArgsDef, defineCommand, type ParsedArgs } from "citty";
import { chosenScenarios, scenarioList } from "./choice.ts";
import { report } from "./report.ts";
import { failuresOf } from "./result.ts";
import { runRehearsals } from "./run.ts";

const flags = {
  short: {
    type: "boolean",
    default: false,
    description: "Minutes pass in a quarter of a second instead of half of one; waits are cut",
  },
  json: {
    type: "boolean",
    default: false,
    description: "One JSON document instead of the table; progress goes to stderr",
  },
  rate: { type: "string", default: "10", description: "Gifts created and sent per second, all the time" },
  seed: { type: "string", description: "Repeats what chance decided in an earlier run; it is printed" },
} as const satisfies ArgsDef;

/** How many times shorter windows are. */
const timeScales = { short: 240, long: 120 };
const mostSeed = 4_294_967_295;

const [first = "", ...others] = process.argv.slice(2);
const isNamed = first !== "" && !first.startsWith("-");

const command = defineCommand({
  meta: { name: `bun run rehearse <scenario>|all`, description: `Breaks the system on purpose.\n\n${scenarioList()}` },
  args: flags,
  run: ({ args }) => run(args),
});

async function run(args: ParsedArgs<typeof flags>): Promise<void> {
  const scenarios = chosenScenarios(isNamed ? first : undefined);
  const seed = args.seed ? wholeNumber("--seed", args.seed, 0, mostSeed) : Math.floor(Math.random() * mostSeed);
  const timeScale = timeScales[args.short ? "short" : "long"];
  const ratePerSecond = fraction("--rate", args.rate, 0.1, 200);
  const output = args.json ? process.stderr : process.stdout;
  const say = (sentence: string) =>
    void output.write(`${(performance.now() / 1_000).toFixed(1).padStart(6)} s  ${sentence}\n`);
  const results = await runRehearsals(scenarios, {
    seed,
    timeScale,
    isShort: args.short,
    ratePerSecond,
    interrupt: listenForInterrupt(() => say("Interrupted. Ctrl-C again ends it at once.")),
    say,
  });
  const failures = results.flatMap(failuresOf);
  const document = { seed, time_scale: timeScale, failures, results };
  process.stdout.write(args.json ? `${JSON.stringify(document, undefined, 2)}\n` : `\n${report(results, timeScale)}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

await runCommandLine(command, flags, isNamed ? others : process.argv.slice(2));
// Requests that are still being repeated after a rehearsal that broke have nobody left to tell.
process.exit();
