import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeServices } from "@gift/release/describe-services";
import { expect, test } from "vitest";
import { pathWith, runRelease, temporaryFolder } from "./run-release.ts";

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/gift-staging-Api";
const outputs = { url: "http://balancer.example", auth: "none", cluster: "gift", taskDefinitions: { Api: `${arn}:8` } };

/** What the AWS CLI prints, cut down to what a service always has. */
function described(taskDefinition: string) {
  const deployment = { id: "ecs-svc/1", status: "PRIMARY", taskDefinition, rolloutState: "COMPLETED", failedTasks: 0 };
  const service = { serviceName: "Api", status: "ACTIVE", desiredCount: 1, runningCount: 1, deployments: [deployment] };
  return JSON.stringify({ services: [service], failures: [] });
}

function deployed(values: unknown = outputs): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".sst"));
  writeFileSync(join(folder, ".sst/outputs.json"), JSON.stringify(values));
  return folder;
}

test("verify passes when ECS runs what SST declared, and asks about just those services", async () => {
  const calls = join(temporaryFolder(), "calls");
  const PATH = pathWith("aws", `echo "$@" > ${calls}\necho '${described(`${arn}:8`)}'`);
  const run = await runRelease(["verify"], { PATH }, deployed());
  expect(run).toEqual({ code: 0, stdout: "Api: what was deployed is what runs\n", stderr: "" });
  expect(readFileSync(calls, "utf8")).toBe("ecs describe-services --cluster gift --services Api --output json\n");
});

test("verify fails after a rollback and names both task definitions", async () => {
  const PATH = pathWith("aws", `echo '${described(`${arn}:7`)}'`);
  const run = await runRelease(["verify"], { PATH }, deployed());
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toBe(`Api failed: it was rolled back: it runs ${arn}:7, not ${arn}:8\n`);
});

test.each([
  ["the AWS CLI fails", 'echo "AccessDeniedException" >&2; exit 254', "AccessDeniedException"],
  [
    "a service doesn't exist",
    `echo '{"services":[],"failures":[{"arn":"a:Api","reason":"MISSING"}]}'`,
    "a:Api: MISSING",
  ],
  ["the answer has another shape", `echo '{"services":{}}'`, "the answer of ECS is not usable"],
])("verify fails when %s", async (_, script, sentence) => {
  const run = await runRelease(["verify"], { PATH: pathWith("aws", script) }, deployed());
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(sentence);
});

test.each([
  ["no task definition", { ...outputs, taskDefinitions: {} }],
  ["no cluster", { ...outputs, cluster: undefined }],
])("outputs with %s verify nothing and therefore fail", async (_, values) => {
  const run = await runRelease(["verify"], {}, deployed(values));
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(".sst/outputs.json is not usable");
});

test("more services than ECS takes at once are asked in several calls", async () => {
  const calls = join(temporaryFolder(), "calls");
  process.env.PATH = pathWith("aws", `echo call >> ${calls}\necho '${described(`${arn}:8`)}'`);
  const services = await describeServices(
    "gift",
    Array.from({ length: 11 }, (_, index) => `Service${index}`),
  );
  expect(services).toHaveLength(2);
  expect(readFileSync(calls, "utf8")).toBe("call\ncall\n");
});

test("anything else is wrong usage, which lists the commands", async () => {
  const run = await runRelease(["deploy"]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("bun run release verify");
});
