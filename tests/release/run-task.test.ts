import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Answers, serveAws } from "./aws.ts";

const main = join(import.meta.dirname, "../../packages/release/src/task/main.ts");

const task = {
  cluster: "gift",
  taskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/Migration:7",
  container: "Migration",
  subnets: ["subnet-1", "subnet-2"],
  securityGroups: ["sg-1"],
  hasPublicAddress: false,
  logGroup: "/gift/staging/Migration",
};

const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/gift/0123abcd";

describe("what sst deploy runs before it touches a service", () => {
  test("it starts the new version's task where the stage says, waits until it has stopped, and succeeds", async () => {
    const { code, output, calls } = await runTask(ecs({ after: 1, containers: [{ name: "Migration", exitCode: 0 }] }));
    expect({ code, output }).toEqual({ code: 0, output: `started ${taskArn}\ndone\n` });
    expect(calls[0]).toMatchObject({
      operation: "RunTask",
      body: {
        cluster: "gift",
        taskDefinition: task.taskDefinition,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: { subnets: task.subnets, securityGroups: ["sg-1"], assignPublicIp: "DISABLED" },
        },
      },
    });
    // Still running at the first look, stopped at the second, then asked how it ended.
    expect(calls.map(({ operation }) => operation)).toEqual(["RunTask", ...Array(3).fill("DescribeTasks")]);
  });

  test("it signs in as the deploy does", async () => {
    const { calls } = await runTask(ecs({ containers: [{ name: "Migration", exitCode: 0 }] }));
    expect(calls[0]?.authorization).toContain("Credential=DEPLOYER/");
  });

  test("where there is no NAT, the task gets an address", async () => {
    const { calls } = await runTask(ecs({ containers: [{ name: "Migration", exitCode: 0 }] }), {
      hasPublicAddress: true,
    });
    expect(JSON.stringify(calls[0]?.body)).toContain('"assignPublicIp":"ENABLED"');
  });

  test("a migration that fails fails the deploy, and says where its output is", async () => {
    const { code, error } = await runTask(ecs({ containers: [{ name: "Migration", exitCode: 1 }] }));
    expect(code).toBe(1);
    expect(error).toContain("Migration ended with exit code 1");
    expect(error).toContain("--log-group-name /gift/staging/Migration --log-stream-name /service/Migration/0123abcd");
  });

  test("a container that never started fails the deploy, with ECS's reason", async () => {
    const reason = "CannotPullContainerError: no such image";
    const { code, error } = await runTask(ecs({ containers: [{ name: "Migration", reason }] }));
    expect(code).toBe(1);
    expect(error).toContain(`Migration never started, ${reason}`);
  });

  test("a task that ECS refuses fails the deploy", async () => {
    const { code, error } = await runTask(() => ({ tasks: [], failures: [{ reason: "Capacity is unavailable" }] }));
    expect({ code, error }).toEqual({
      code: 1,
      error: `ECS doesn't start ${task.taskDefinition}: Capacity is unavailable\n`,
    });
  });

  test("a deploy that doesn't say which task is refused in one sentence", async () => {
    const { code, error } = await runTask(() => ({}), { taskDefinition: "Migration" });
    expect(code).toBe(1);
    expect(error).toMatch(/^TASK is not usable: taskDefinition: .*\n$/);
  });
});

/** ECS as it answers for a task that is running for a while and then stops. */
function ecs({ after = 0, containers }: { after?: number; containers: readonly object[] }): Answers {
  return ({ operation }, earlier) => {
    if (operation === "RunTask") return { tasks: [{ taskArn }], failures: [] };
    const looks = earlier.filter((call) => call.operation === "DescribeTasks").length;
    return { tasks: [{ taskArn, containers, lastStatus: looks < after ? "RUNNING" : "STOPPED" }], failures: [] };
  };
}

async function runTask(answers: Answers, different: Partial<typeof task> = {}) {
  const { endpoint, calls } = await serveAws(answers);
  const env = {
    PATH: process.env.PATH,
    TASK: JSON.stringify({ ...task, ...different }),
    SST_AWS_REGION: "us-east-1",
    SST_AWS_ACCESS_KEY_ID: "DEPLOYER",
    SST_AWS_SECRET_ACCESS_KEY: "secret",
    SST_AWS_SESSION_TOKEN: "",
    AWS_ENDPOINT_URL_ECS: endpoint,
  };
  return await new Promise<{ code: number; output: string; error: string; calls: typeof calls }>((resolve) => {
    const child = execFile(process.execPath, [main], { env }, (_, output, error) =>
      resolve({ code: child.exitCode ?? -1, output, error, calls }),
    );
  });
}
