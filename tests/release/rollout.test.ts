import { awaitRollout } from "@gift/release/await-rollout";
import { type EcsService, judgeRollout } from "@gift/release/rollout";
import { describe, expect, test } from "vitest";

const deployed = "arn:aws:ecs:us-east-1:123456789012:task-definition/gift-staging-Api:8";
const previous = "arn:aws:ecs:us-east-1:123456789012:task-definition/gift-staging-Api:7";

function service(primary: Partial<EcsService["deployments"][number]>, counts = { running: 1, desired: 1 }): EcsService {
  return {
    serviceName: "Api",
    runningCount: counts.running,
    desiredCount: counts.desired,
    deployments: [
      { status: "ACTIVE", taskDefinition: previous, rolloutState: "COMPLETED" },
      { status: "PRIMARY", taskDefinition: deployed, rolloutState: "COMPLETED", ...primary },
    ],
  };
}

describe("a service runs what was deployed", () => {
  test("when its primary deployment is that task definition's, complete, with all its tasks", () => {
    expect(judgeRollout(service({}), deployed)).toEqual({ kind: "complete" });
  });

  test("also when it is scaled to nothing", () => {
    expect(judgeRollout(service({}, { running: 0, desired: 0 }), deployed)).toEqual({ kind: "complete" });
  });

  test.each([
    ["it is still being rolled out", service({ rolloutState: "IN_PROGRESS", rolloutStateReason: "canary" }), "canary"],
    ["tasks are missing", service({}, { running: 1, desired: 2 }), "1 of 2 tasks run"],
    ["ECS has not said yet how far it is", service({ rolloutState: "" }), "no reason given"],
  ])("not yet when %s", (_, described, why) => {
    expect(judgeRollout(described, deployed)).toEqual({ kind: "in progress", why });
  });

  test("not after a rollback, which ECS reports as complete: it runs the previous task definition", () => {
    const rolledBack = service({ taskDefinition: previous, rolloutStateReason: "ECS deployment circuit breaker" });
    expect(judgeRollout(rolledBack, deployed)).toEqual({
      kind: "failed",
      why: `it was rolled back: it runs ${previous}, not ${deployed}`,
    });
  });

  test.each([
    [
      "its deployment failed",
      service({ rolloutState: "FAILED", rolloutStateReason: "tasks failed to start" }),
      "tasks failed",
    ],
    ["it has no primary deployment", { ...service({}), deployments: [] }, "no primary deployment"],
  ])("never when %s", (_, described, why) => {
    expect(judgeRollout(described, deployed)).toEqual({ kind: "failed", why: expect.stringContaining(why) });
  });
});

describe("waiting for all services", () => {
  const deployment = {
    url: "http://localhost",
    auth: "none" as const,
    cluster: "gift",
    taskDefinitions: { Api: deployed },
  };
  const answers = (...rounds: (readonly EcsService[])[]) => {
    const waited: string[] = [];
    const describe = () => Promise.resolve(rounds.length > 1 ? (rounds.shift() ?? []) : (rounds[0] ?? []));
    const options = {
      describe,
      pollSeconds: 0,
      deadlineSeconds: 5,
      onWaiting: (line: string) => void waited.push(line),
    };
    return { options, waited };
  };

  test("it goes on while one is in progress, says so, and ends when all are complete", async () => {
    const { options, waited } = answers([service({ rolloutState: "IN_PROGRESS" })], [service({})]);
    await awaitRollout(deployment, options);
    expect(waited).toEqual(["Api in progress: no reason given"]);
  });

  test("a rollback in the middle ends it at once", async () => {
    const { options, waited } = answers(
      [service({ rolloutState: "IN_PROGRESS" })],
      [service({ taskDefinition: previous })],
    );
    await expect(awaitRollout(deployment, options)).rejects.toThrow("Api failed: it was rolled back");
    expect(waited).toHaveLength(1);
  });

  test("a service that ECS doesn't describe is a failure", async () => {
    await expect(awaitRollout(deployment, answers([]).options)).rejects.toThrow("Api failed: ECS doesn't know it");
  });

  test("at the deadline it says what is missing", async () => {
    const { options } = answers([service({ rolloutState: "IN_PROGRESS", rolloutStateReason: "waiting for capacity" })]);
    await expect(awaitRollout(deployment, { ...options, deadlineSeconds: -1 })).rejects.toThrow("waiting for capacity");
  });
});
