import { execFile } from "node:child_process";
import { join } from "node:path";
import { whileRolesAreNew } from "@gift/release/task/new-role";
import { TaskNeverStartedError } from "@gift/release/task/run-to-end";
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

/** What ECS says of a role that IAM has just made. */
const tooNew = {
  __type: "ClientException",
  message: "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/gift-staging-Migration'",
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

  test("a role that ECS can't take yet is waited for: on a new stage's first deploy it is seconds old", async () => {
    const works = ecs({ containers: [{ name: "Migration", exitCode: 0 }] });
    const answers: Answers = (call, earlier) => (earlier.length === 0 ? tooNew : works(call, earlier));
    const { code, output, calls } = await runTask(answers);
    expect({ code, operations: calls.map(({ operation }) => operation) }).toEqual({
      code: 0,
      operations: ["RunTask", "RunTask", "DescribeTasks", "DescribeTasks"],
    });
    expect(output).toContain("too new: ECS was unable to assume the role");
  });

  test("a task that its new role can't start yet is run again; nothing of it ran", async () => {
    const refused = { name: "Migration" };
    const stoppedReason = "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException";
    const answers: Answers = (call, earlier) => {
      const runs = earlier.filter(({ operation }) => operation === "RunTask").length;
      return ecs(runs < 2 ? { containers: [refused], stoppedReason } : { containers: [{ ...refused, exitCode: 0 }] })(
        call,
        earlier,
      );
    };
    const { code, calls } = await runTask(answers);
    expect(code).toBe(0);
    expect(calls.filter(({ operation }) => operation === "RunTask")).toHaveLength(2);
  });

  test.each([
    ["ECS refuses it for another reason", () => ({ ...tooNew, message: "TaskDefinition is inactive" })],
    ["it has run", ecs({ containers: [{ name: "Migration", exitCode: 1, reason: "ResourceInitializationError" }] })],
    ["its image doesn't exist", ecs({ containers: [{ name: "Migration", reason: "CannotPullContainerError" }] })],
  ])("a task is run once when %s", async (_, answers) => {
    const { code, calls } = await runTask(answers);
    expect(code).toBe(1);
    expect(calls.filter(({ operation }) => operation === "RunTask")).toHaveLength(1);
  });

  test("a task that its role can't start when that is no longer new fails the deploy, with ECS's sentence", async () => {
    const refuse = () => Promise.reject(new TaskNeverStartedError("ResourceInitializationError: no such secret"));
    const reasons: string[] = [];
    const options = { propagationSeconds: 0.05, pauseSeconds: 0.02, onRepeat: (why: string) => void reasons.push(why) };
    await expect(whileRolesAreNew(refuse, options)).rejects.toThrow("no such secret");
    expect(reasons.length).toBeGreaterThan(0);
  });

  test("a deploy that doesn't say which task is refused in one sentence", async () => {
    const { code, error } = await runTask(() => ({}), { taskDefinition: "Migration" });
    expect(code).toBe(1);
    expect(error).toMatch(/^TASK is not usable: taskDefinition: .*\n$/);
  });
});

interface Ending {
  readonly after?: number;
  readonly containers: readonly object[];
  readonly stoppedReason?: string;
}

/** ECS as it answers for a task that is running for a while and then stops. */
function ecs({ after = 0, ...ending }: Ending): Answers {
  return ({ operation }, earlier) => {
    if (operation === "RunTask") return { tasks: [{ taskArn }], failures: [] };
    const looks = earlier.filter((call) => call.operation === "DescribeTasks").length;
    return { tasks: [{ taskArn, ...ending, lastStatus: looks < after ? "RUNNING" : "STOPPED" }], failures: [] };
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
