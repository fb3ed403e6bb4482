import { ECSClient } from "@aws-sdk/client-ecs";
import { awaitRollout } from "./await-rollout.ts";
import { readConfig } from "./config.ts";
import { readDeployment, regionOf } from "./deployment.ts";
import { describeServices } from "./describe-services.ts";
import { closedTest, smokeTest } from "./smoke-test.ts";

const usage = `bun run release verify [OUTPUTS]   waits until ECS runs what was deployed, half an hour at most
bun run release smoke [URL]        creates a gift and sends it, five minutes at most; API_KEY is sent along

OUTPUTS: what the deploy wrote, .sst/outputs.json by default; URL: by default the one in there`;

/** A canary takes ten minutes, a rollback after it as many. */
const rolloutDeadlineSeconds = 1_800;
/** So long may an accepted send take: docs/observability.md#slos-and-how-to-revise-them. */
const smokeDeadlineSeconds = 300;

const outputsOfSst = ".sst/outputs.json";

async function verify(outputs: string): Promise<string> {
  const deployment = readDeployment(outputs);
  const client = new ECSClient({ region: regionOf(deployment) });
  await awaitRollout(deployment, {
    describe: (cluster, names) => describeServices(client, cluster, names),
    deadlineSeconds: rolloutDeadlineSeconds,
    pollSeconds: 10,
    onWaiting: (sentence) => process.stdout.write(`${sentence}\n`),
  });
  return `${Object.keys(deployment.taskDefinitions).join(", ")}: what was deployed is what runs`;
}

class UsageError extends Error {}

function urlOf(address: string): string {
  if (/^https?:$/.test(URL.parse(address)?.protocol ?? "")) return address;
  throw new UsageError(`"${address}" is no http or https URL`);
}

/** On standard error: standard output is the result. */
const onWaiting = (sentence: string) => process.stderr.write(`waiting: ${sentence}\n`);

async function smoke(address: string | undefined): Promise<string> {
  const deployed = address === undefined ? readDeployment(outputsOfSst) : { url: urlOf(address), auth: "none" };
  const url = deployed.url.replace(/\/$/, "");
  const { apiKey } = readConfig();
  const deadlineSeconds = smokeDeadlineSeconds;
  if (deployed.auth === "api-key" && apiKey === undefined) {
    await closedTest({ url, deadlineSeconds, onWaiting });
    return `${url} is ready and refuses a gift without an API key; with API_KEY set, a gift would be sent`;
  }
  const { giftId, sentAfterMilliseconds } = await smokeTest({ url, apiKey, deadlineSeconds, onWaiting });
  return `gift ${giftId} SENT after ${Math.round(sentAfterMilliseconds)} ms at ${url}`;
}

const [command, argument] = process.argv.slice(2);
try {
  if (process.argv.includes("--help")) process.stdout.write(`${usage}\n`);
  else if (command === "verify") process.stdout.write(`${await verify(argument ?? outputsOfSst)}\n`);
  else if (command === "smoke") process.stdout.write(`${await smoke(argument)}\n`);
  else throw new UsageError(usage);
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
  process.exitCode = err instanceof UsageError ? 2 : 1;
}
