import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { queueNames } from "@gift/fleet/each-queue";
import { describe, expect, test } from "vitest";
import { containersOf, named, ofType } from "./synth/read.ts";
import { root } from "./synth/repository.ts";
import type { Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";

function runSynth(...words: readonly string[]) {
  return spawnSync(process.execPath, [join(root, "tests/infra/synth/main.ts"), ...words], { encoding: "utf8" });
}

describe("a synthesis", () => {
  test("is the same each time: names that SST draws at random are derived from the resource's", async () => {
    const [once, again] = await Promise.all([fresh("once"), fresh("again")]);
    expect(again).toEqual(once);
  }, 60_000);

  test("of a configuration that throws, also inside an apply, fails with that error instead of hanging", async () => {
    const [text, by] = ["args.ingress = [];", '$output(1).apply(() => { throw new Error("inside an apply"); });'];
    const request = { stage: "dave", edits: [{ file: "infra/vpc.ts", text, by }] };
    await expect(synthesized(request)).rejects.toThrow(/stage dave doesn't synthesize.*inside an apply/s);
  }, 60_000);

  test("refuses static imports in sst.config.ts, as SST does", async () => {
    const by = 'import "./infra/stage-table.ts";\nexport default';
    const edits = [{ file: "sst.config.ts", text: "export default", by }];
    await expect(synthesized({ stage: "dave", edits })).rejects.toThrow("must not have static imports");
  }, 60_000);

  test("refuses a static import of a provider, which isn't installed when SST first reads the configuration", async () => {
    const edits = [{ file: "infra/vpc.ts", text: "import { stage }", by: 'import "@pulumi/aws";\nimport { stage }' }];
    await expect(synthesized({ stage: "dave", edits })).rejects.toThrow("@pulumi/aws isn't installed");
  }, 60_000);

  test("records options, links and what run() returns", async () => {
    const stack = await synthesized({ stage: "production" });
    expect(named(stack, "PostgresInstance").options).toMatchObject({ protect: true, retainOnDelete: true });
    expect(named(stack, "ApiService").options).toMatchObject({
      ignoreChanges: expect.arrayContaining(["desiredCount"]),
    });
    expect(stack.links).toMatchObject({ GiftQueueProducer: { include: [{ actions: ["sqs:SendMessage"] }] } });
    expect(stack.outputs).toMatchObject({ url: "https://gift.example.com/", cluster: expect.any(String) });
    expect(stack.app).toMatchObject({ name: "gift", removal: "retain", protect: true });
  }, 60_000);

  test("under sst dev declares neither tasks nor a database, and the queues are real", async () => {
    const stack = await synthesized({ stage: "dave", isDev: true });
    for (const type of [
      "aws:ecs/service:Service",
      "aws:ecs/taskDefinition:TaskDefinition",
      "aws:rds/instance:Instance",
    ])
      expect(ofType(stack, type)).toEqual([]);
    expect(ofType(stack, "aws:sqs/queue:Queue")).toHaveLength(queueNames.length);
    expect(stack.links).toMatchObject({ Database: { properties: { host: "localhost", auth: "password" } } });
  }, 60_000);
});

describe("sst.config.ts", () => {
  const config = readFileSync(join(root, "sst.config.ts"), "utf8");

  test("stays under 60 lines", () => {
    expect(config.split("\n").length).toBeLessThan(60);
  });

  test("the Console deploys main to staging and version tags to production, and nothing else", async () => {
    const target = await autodeployTarget();
    expect(target({ type: "branch", action: "pushed", branch: "main" })).toEqual({ stage: "staging" });
    expect(target({ type: "tag", action: "pushed", tag: "v1.2.0" })).toEqual({ stage: "production" });
    for (const event of [
      { type: "branch", action: "pushed", branch: "feature" },
      { type: "branch", action: "removed", branch: "main" },
      { type: "tag", action: "removed", tag: "v1.2.0" },
      { type: "tag", action: "pushed", tag: "nightly" },
      { type: "pull_request", action: "pushed", number: 1 },
    ])
      expect(target(event)).toBeUndefined();
  });

  test("pins SST and its providers to the versions that are installed", () => {
    const lock: readonly { name: string; version: string }[] = JSON.parse(
      readFileSync(join(root, ".sst/provider-lock.json"), "utf8"),
    );
    const sst: { version: string } = JSON.parse(readFileSync(join(root, "node_modules/sst/package.json"), "utf8"));
    for (const version of [sst.version, ...lock.map((provider) => provider.version)])
      expect(config).toContain(`"${version}"`);
  });
});

describe("bun run synth", () => {
  test("--help says what it does and every flag", () => {
    const { status, stdout } = runSynth("--help");
    expect(status).toBe(0);
    for (const flag of ["--stage", "--dev", "--list", "--show", "--links", "--types", "--json"])
      expect(stdout).toContain(flag);
  });

  test("--list prints a line per resource", () => {
    const { status, stdout } = runSynth("--stage", "production", "--list");
    expect(status).toBe(0);
    expect(stdout).toContain("aws:rds/instance:Instance  PostgresInstance\n");
    expect(stdout).toMatch(/\n\d+ resources in stage production\n$/);
  });

  test("--show prints everything about a resource, with the JSON inside it opened", () => {
    const { stdout } = runSynth("--stage", "production", "--show", "ApiTask");
    expect(JSON.parse(stdout)).toMatchObject([{ inputs: { containerDefinitions: [{ name: "process" }, {}, {}] } }]);
  });

  test.each([
    ["no stage", [], "which stage?"],
    ["an unknown resource", ["--stage", "production", "--show", "Nope"], "has no resource Nope"],
    ["an unknown flag", ["--stag", "production"], "--stag"],
  ])("%s is answered with one sentence", (_, words, sentence) => {
    const { status, stderr } = runSynth(...words);
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
  });
});

/** The configuration as SST reads it: `$config` hands it over. */
async function autodeployTarget(): Promise<(event: object) => unknown> {
  Object.assign(globalThis, { $config: (config: unknown) => config });
  const path = join(root, "sst.config.ts");
  const loaded: { default: { console: { autodeploy: { target(event: object): unknown } } } } = await import(path);
  return loaded.default.console.autodeploy.target;
}

/** Another synthesis of the same: the edit changes a comment. */
async function fresh(by: string): Promise<Stack> {
  const text = "Addresses are 10.0.0.0/16";
  return await synthesized({ stage: "dave", edits: [{ file: "infra/vpc.ts", text, by }] });
}

test("the migration's container runs the command line that packages/ops has", async () => {
  const [container] = containersOf(named(await synthesized({ stage: "staging" }), "MigrationTask"));
  expect(container?.command).toEqual(["node", "packages/ops/src/main.ts", "migrate", "--with-roles"]);
  const { stdout } = spawnSync(process.execPath, ["packages/ops/src/main.ts", "migrate", "--help"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(stdout).toContain("--with-roles");
}, 60_000);

test("what the deploy runs on its own machine is there", async () => {
  const { inputs } = named(await synthesized({ stage: "staging" }), "MigrationRun");
  const [program = "", file = ""] = String(inputs.create).split(" ");
  for (const path of [program, file]) expect(() => readFileSync(join(root, path))).not.toThrow();
  const environment = inputs.environment as { TASK: string };
  expect(JSON.parse(environment.TASK)).toMatchObject({ container: "Migration", hasPublicAddress: true });
}, 60_000);
