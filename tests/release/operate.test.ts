import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";
import { type Answers, type Call, serveAws } from "./aws.ts";

const main = join(root, "packages/release/src/operate/main.ts");
const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/gift/0123abcd";

const handbook = {
  names: { CLUSTER: "gift", GIFT_QUEUE: "https://sqs.us-east-1.amazonaws.com/123456789012/gift" },
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
    if (operation === "GetParameter") return { Parameter: { Value: JSON.stringify(handbook) } };
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

async function operate(words: readonly string[], answers: Answers) {
  const { endpoint, calls } = await serveAws(answers);
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "OPERATOR",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_ENDPOINT_URL: endpoint,
    OPERATOR: "olga",
  };
  const child = spawn(process.execPath, [main, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr, calls };
}

describe("bun run operate", () => {
  test("runs the operator's command in the stage's task, prints what it prints, once, and ends as it ends", async () => {
    const run = await operate(
      ["staging", "outbox", "status", "--json"],
      aws({ containers: [{ name: "Operator", exitCode: 1 }] }),
    );
    expect(run).toMatchObject({ code: 1, stdout: "first line\nlast line\n" });
    expect(run.stderr).toBe(`started ${taskArn}\nrunning\nstopped\n`);
    expect(run.calls[0]?.body).toEqual({ Name: "/gift/staging/handbook" });
    expect(run.calls[1]?.body).toMatchObject({
      cluster: handbook.operator.cluster,
      taskDefinition: handbook.operator.taskDefinition,
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
    const run = await operate(["staging", "outbox", "status"], aws(ended));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("the task never started: CannotPullContainerError, no image");
  });

  test("a task that ECS refuses is an error with ECS's reason", async () => {
    const works = aws({});
    const refuse: Answers = (call, earlier) =>
      call.operation === "RunTask"
        ? { tasks: [], failures: [{ reason: "Capacity is unavailable" }] }
        : works(call, earlier);
    const run = await operate(["staging", "outbox", "status"], refuse);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("Capacity is unavailable") });
  });

  test("a stage that isn't there is named, with what to look at", async () => {
    const run = await operate(["stagign", "outbox", "status"], () => ({ __type: "ParameterNotFound" }));
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain('no stage "stagign" in us-east-1');
    expect(run.calls.map(({ operation }) => operation)).toEqual(["GetParameter"]);
  });

  test("names prints what the shell takes in, and starts nothing", async () => {
    const run = await operate(["staging", "names"], aws({}));
    expect(run).toMatchObject({
      code: 0,
      stdout: "export CLUSTER='gift'\nexport GIFT_QUEUE='https://sqs.us-east-1.amazonaws.com/123456789012/gift'\n",
    });
    expect(run.calls.map(({ operation }) => operation)).toEqual(["GetParameter"]);
  });

  test.each([
    [[], 0, "stdout"],
    [["--help"], 0, "stdout"],
    [["production"], 2, "stderr"],
    [["--stage", "production"], 2, "stderr"],
  ] as const)("%j prints how to use it", async (words, code, stream) => {
    const run = await operate(words, () => ({}));
    expect(run).toMatchObject({ code, calls: [] });
    expect(run[stream]).toContain("bun run operate STAGE WORDS…");
  });
});
