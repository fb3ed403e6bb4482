import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { operatorName } from "./config.ts";
import { type Handbook, readHandbook } from "./handbook.ts";
import { operate } from "./operate.ts";

const usage = `bun run operate STAGE WORDS…   runs "bun run ops WORDS…" on a deployed stage
bun run operate STAGE names    prints what its resources are called, for the shell: eval "$(bun run --silent operate STAGE names)"

A command runs as a task in the stage's network, as gift_ops. It takes half a minute to start; what it prints is printed here,
and its exit code is the exit code. AWS credentials and region are found as the AWS CLI finds them.

  bun run operate production outbox status
  bun run operate production dead-letters redrive --all --error-code PROVIDER_UNAVAILABLE --dry-run
  bun run operate production dead-letters discard 17 --yes      nobody is there to confirm it

ENVIRONMENT
  OPERATOR   who does it, for the audit; your user name unless given
`;

/** A redrive of 300,000 dead letters at 50 a second takes 100 minutes. */
const deadlineSeconds = 7_200;

async function main([stage, ...words]: readonly string[]): Promise<number> {
  if (stage === undefined || stage === "--help") return print(usage);
  if (stage.startsWith("-") || words.length === 0) return refuse(usage);
  const { operator: task, names } = await readHandbook(new SSMClient({}), stage);
  if (words[0] === "names") return print(assignments(names));
  return await operate({
    ecs: new ECSClient({}),
    logs: new CloudWatchLogsClient({}),
    task,
    words,
    operator: operatorName(),
    deadlineSeconds,
    pollSeconds: 2,
    onProgress: (sentence) => process.stderr.write(`${sentence}\n`),
    onOutput: (line) => process.stdout.write(`${line}\n`),
  });
}

/** Nothing in a name of AWS needs more than quotes. */
function assignments(names: Handbook["names"]): string {
  return Object.entries(names)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join("");
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function refuse(text: string): number {
  process.stderr.write(text);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (err: unknown) => {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
    process.exitCode = 1;
  },
);
