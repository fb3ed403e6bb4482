/** `bun run bench`: ours against what a user would pick instead, on this machine, in one run. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "@gift/local/command/command-line";
import { type ArgsDef, defineCommand, type ParsedArgs } from "citty";
import { benchList, chosenBenches } from "./choice.ts";
import { profileReport } from "./profile/report.ts";
import { writeDocument } from "./report/document.ts";
import { machineLines } from "./report/machine.ts";
import { screenReport } from "./report/screen.ts";
import { type Run, runBenches } from "./run.ts";
import { fullSizes, shortSizes } from "./size.ts";
import { benches } from "./suite/suite.ts";

const flags = {
  short: {
    type: "boolean",
    default: false,
    description: "Show in about a minute that everything runs; figures mean nothing",
  },
  only: { type: "string", description: "NAME,…: these benches only" },
  json: {
    type: "boolean",
    default: false,
    description: "One JSON document instead of tables; progress goes to stderr",
  },
  profile: {
    type: "boolean",
    default: false,
    description: "Leave a CPU profile of each process and print its largest costs",
  },
  write: { type: "boolean", default: false, description: "Put the figures and the plot into docs/performance.md" },
} as const satisfies ArgsDef;

const command = defineCommand({
  meta: { name: "bun run bench", description: `Measures ours against its peers.\n\n${benchList()}` },
  args: flags,
  run: ({ args }) => run(args),
});

async function run(args: ParsedArgs<typeof flags>): Promise<void> {
  const chosen = chosenBenches(args.only);
  const profileFolder = args.profile ? mkdtempSync(join(tmpdir(), "gift-bench-profile-")) : undefined;
  const since = performance.now();
  const say = (text: string) =>
    void process.stderr.write(`${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`);
  const result = await runBenches(chosen, { sizes: args.short ? shortSizes : fullSizes, say, profileFolder });
  process.stdout.write(
    args.json ? `${JSON.stringify(result, undefined, 2)}\n` : report(result, chosen.length === benches.length),
  );
  if (profileFolder !== undefined) process.stderr.write(profileReport(profileFolder));
  if (args.write) writeDocument(result);
  if (result.broken.length > 0) process.exitCode = 1;
}

function report(result: Run, isEverything: boolean): string {
  const broken = result.broken.map(({ bench, error }) => `${bench} broke: ${error}`);
  const took = `${Math.round(result.seconds)} s${result.isShort ? ", short: the figures mean nothing" : ""}`;
  return `${[...broken, screenReport(result.findings, isEverything), "", machineLines(result.machine), took].join("\n")}\n`;
}

process.once("SIGINT", () => process.exit(130));
await runCommandLine(command, flags, process.argv.slice(2));
