import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { operatorName } from "./config.ts";
import { operate } from "./operate.ts";
import { readOperator } from "./operator.ts";

const usage = `bun run operate WORDS…   runs "bun run ops WORDS…" on the stage that was deployed last from this folder

It starts a task in the stage's network, as gift_ops, prints what the command prints and ends with its exit code. A task
takes about half a minute to start. AWS credentials are found as the AWS CLI finds them.

  bun run operate outbox status
  bun run operate dead-letters redrive --all --error-code PROVIDER_UNAVAILABLE --dry-run
  bun run operate dead-letters discard 17 --yes      nobody is there to confirm it

ENVIRONMENT
  OPERATOR   who does it, for the audit; your user name unless given
`;

/** A redrive of 100,000 dead letters at 50 a second takes 33 minutes. */
const deadlineSeconds = 7_200;

const words = process.argv.slice(2);
try {
  if (words.length === 0 || words[0] === "--help") process.stdout.write(usage);
  else {
    const { region, operator } = readOperator(".sst/outputs.json");
    process.exitCode = await operate({
      ecs: new ECSClient({ region }),
      logs: new CloudWatchLogsClient({ region }),
      task: operator,
      words,
      operator: operatorName(),
      deadlineSeconds,
      pollSeconds: 2,
      onProgress: (sentence) => process.stderr.write(`${sentence}\n`),
      onOutput: (line) => process.stdout.write(`${line}\n`),
    });
  }
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
  process.exitCode = 1;
}
