import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serveAws } from "./aws.ts";
import { runRelease, temporaryFolder } from "./run-release.ts";

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/gift-staging-Api";
const outputs = { url: "http://balancer.example", auth: "none", cluster: "gift", taskDefinitions: { Api: `${arn}:8` } };

/** What ECS answers, cut down to what a service always has. */
function described(taskDefinition: string) {
  const deployment = { id: "ecs-svc/1", status: "PRIMARY", taskDefinition, rolloutState: "COMPLETED", failedTasks: 0 };
  const service = { serviceName: "Api", status: "ACTIVE", desiredCount: 1, runningCount: 1, deployments: [deployment] };
  return { services: [service], failures: [] };
}

/**
 * Runs `bun run release verify` with an ECS that answers so; no AWS CLI is on the path, and no region in the
 * environment.
 */
async function verify(answer: object, values: unknown = outputs) {
  const { endpoint, calls } = await serveAws(() => answer);
  const credentials = { AWS_ACCESS_KEY_ID: "DEPLOYER", AWS_SECRET_ACCESS_KEY: "secret" };
  const run = await runRelease(["verify"], { ...credentials, AWS_ENDPOINT_URL_ECS: endpoint }, deployed(values));
  return { ...run, calls };
}

function deployed(values: unknown = outputs): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".sst"));
  writeFileSync(join(folder, ".sst/outputs.json"), JSON.stringify(values));
  return folder;
}

test("verify passes when ECS runs what SST declared, and asks about just those services, in their region", async () => {
  const { calls, ...run } = await verify(described(`${arn}:8`));
  expect(run).toEqual({ code: 0, stdout: "Api: what was deployed is what runs\n", stderr: "" });
  expect(calls.map(({ operation, body }) => [operation, body])).toEqual([
    ["DescribeServices", { cluster: "gift", services: ["Api"] }],
  ]);
  expect(calls[0]?.authorization).toContain("/us-east-1/ecs/");
});

test("verify fails after a rollback and names both task definitions", async () => {
  const run = await verify(described(`${arn}:7`));
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toBe(`Api failed: it was rolled back: it runs ${arn}:7, not ${arn}:8\n`);
});

test.each([
  ["ECS refuses", { __type: "AccessDeniedException", message: "not authorized" }, "not authorized"],
  ["a service doesn't exist", { services: [], failures: [{ arn: "a:Api", reason: "MISSING" }] }, "a:Api: MISSING"],
  ["the answer has another shape", { services: [{ serviceName: "Api" }] }, "the answer of ECS is not usable"],
])("verify fails when %s", async (_, answer, sentence) => {
  const run = await verify(answer);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(sentence);
});

test.each([
  ["no task definition", { ...outputs, taskDefinitions: {} }],
  ["no cluster", { ...outputs, cluster: undefined }],
])("outputs with %s verify nothing and therefore fail", async (_, values) => {
  const run = await verify({}, values);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(".sst/outputs.json is not usable");
});

test("more services than ECS takes at once are asked in several calls", async () => {
  const names = Array.from({ length: 11 }, (_, index) => `Service${index}`);
  const taskDefinitions = Object.fromEntries(names.map((name) => [name, `${arn}:8`]));
  const { calls } = await verify(described(`${arn}:8`), { ...outputs, taskDefinitions });
  expect(calls.map(({ body }) => body.services)).toEqual([names.slice(0, 10), names.slice(10)]);
});

test("anything else is wrong usage, which lists the commands", async () => {
  const run = await runRelease(["deploy"]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("bun run release verify");
  for (const words of [["--help"], ["smoke", "--help"]])
    expect(await runRelease(words)).toMatchObject({ code: 0, stdout: run.stderr, stderr: "" });
});
