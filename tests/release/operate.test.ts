import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";
import { type Answers, type Call, serveAws } from "./aws.ts";
import { temporaryFolder } from "./run-release.ts";

const main = join(root, "packages/release/src/operate/main.ts");
const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/gift/0123abcd";

const outputs = {
  url: "http://balancer.example",
  region: "us-east-1",
  operator: {
    cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/gift",
    taskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/Operator:7",
    container: "Operator",
    subnets: ["subnet-1"],
    securityGroups: ["sg-1"],
    hasPublicAddress: true,
    logGroup: "/gift/staging/Operator",
  },
};

/** ECS and CloudWatch for a task that prints one line while it runs and one at its end. */
function aws(ended: object): Answers {
  return ({ operation, body }, earlier) => {
    if (operation === "RunTask") return { tasks: [{ taskArn }], failures: [] };
    const looks = earlier.filter((call) => call.operation === "DescribeTasks").length;
    if (operation === "DescribeTasks")
      return { tasks: [looks < 2 ? { taskArn, lastStatus: "RUNNING" } : { taskArn, lastStatus: "STOPPED", ...ended }] };
    if (looks < 2) return { __type: "ResourceNotFoundException" };
    return logOf(looks, body);
  };
}

/** A token that comes back unchanged says that there is no more for now. */
function logOf(looks: number, { nextToken }: Call["body"]): { events: object[]; nextForwardToken: string } {
  if (nextToken === undefined) return { events: [{ message: "first line" }], nextForwardToken: "one" };
  if (nextToken === "one" && looks > 2) return { events: [{ message: "last line" }], nextForwardToken: "two" };
  return { events: [], nextForwardToken: String(nextToken) };
}

async function operate(words: readonly string[], answers: Answers, values: unknown = outputs) {
  const { endpoint, calls } = await serveAws(answers);
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".sst"));
  if (values) writeFileSync(join(folder, ".sst/outputs.json"), JSON.stringify(values));
  const env = {
    AWS_ACCESS_KEY_ID: "OPERATOR",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_ENDPOINT_URL: endpoint,
    OPERATOR: "olga",
  };
  const child = spawn(process.execPath, [main, ...words], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr, calls };
}

describe("bun run operate", () => {
  test("runs the operator's command in the stage's task, prints what it prints, once, and ends as it ends", async () => {
    const run = await operate(["outbox", "status", "--json"], aws({ containers: [{ name: "Operator", exitCode: 1 }] }));
    expect(run).toMatchObject({ code: 1, stdout: "first line\nlast line\n" });
    expect(run.stderr).toBe(`started ${taskArn}\nrunning\nstopped\n`);
    expect(run.calls[0]?.body).toMatchObject({
      cluster: outputs.operator.cluster,
      taskDefinition: outputs.operator.taskDefinition,
      networkConfiguration: { awsvpcConfiguration: { assignPublicIp: "ENABLED", securityGroups: ["sg-1"] } },
      overrides: {
        containerOverrides: [
          {
            name: "Operator",
            command: ["node", "packages/ops/src/main.ts", "outbox", "status", "--json"],
            environment: [{ name: "OPERATOR", value: "olga" }],
          },
        ],
      },
    });
    const read = run.calls.find(({ operation }) => operation === "GetLogEvents");
    expect(read?.body).toMatchObject({
      logGroupName: "/gift/staging/Operator",
      logStreamName: "/service/Operator/0123abcd",
    });
  });

  test("a task that never started is an error with ECS's reasons", async () => {
    const ended = { containers: [{ name: "Operator", reason: "CannotPullContainerError" }], stoppedReason: "no image" };
    const run = await operate(["outbox", "status"], aws(ended));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("the task never started: CannotPullContainerError, no image");
  });

  test("a task that ECS refuses is an error with ECS's reason", async () => {
    const refuse: Answers = () => ({ tasks: [], failures: [{ reason: "Capacity is unavailable" }] });
    const run = await operate(["outbox", "status"], refuse);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("Capacity is unavailable") });
  });

  test("without a deploy it says what to do, and calls nobody", async () => {
    const run = await operate(["outbox", "status"], () => ({}), null);
    expect(run).toMatchObject({ code: 1, stdout: "", calls: [] });
    expect(run.stderr).toContain('.sst/outputs.json can\'t be read: it is what "sst deploy" leaves');
  });

  test.each([[[]], [["--help"]]])("%j prints how to use it", async (words) => {
    const run = await operate(words, () => ({}));
    expect(run).toMatchObject({ code: 0, stderr: "", calls: [] });
    expect(run.stdout).toContain("bun run operate WORDS…");
  });
});
