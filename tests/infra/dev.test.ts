import { existsSync } from "node:fs";
import { join } from "node:path";
import { readConfig as readApiConfig } from "@gift/api/config";
import { fleet, workerNames } from "@gift/fleet/fleet";
import { readConfig as readWorkerConfig } from "@gift/worker/config";
import { beforeAll, expect, test } from "vitest";
import { ofType } from "./synth/read.ts";
import { root } from "./synth/repository.ts";
import type { DevCommand, Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";
import { environmentOf, servicesOf } from "./task.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await synthesized({ stage: "dave", isDev: true });
}, 60_000);

function commandOf(name: string): DevCommand {
  const found = stack.devCommands[name];
  if (!found) throw new Error(`sst dev starts no ${name}`);
  return found;
}

/** The bindings that a process finds in `Resource`. */
function resourcesOf({ links }: DevCommand): Record<string, unknown> {
  return Object.fromEntries(links.map((name) => [name, stack.links[name]?.properties]));
}

test.each(["ApiDev", "WorkerDev"])("%s runs the sources and restarts on a change", (name) => {
  const { command, directory, autostart } = commandOf(name);
  const [program, watch, file = ""] = command.split(" ");
  expect([program, watch]).toEqual(["node", "--watch"]);
  expect(existsSync(join(root, directory, file))).toBe(true);
  expect(autostart).toBe(true);
});

test("the API understands what it is given, and listens on this machine only", () => {
  const api = commandOf("ApiDev");
  const config = readApiConfig({ ...api.environment }, resourcesOf(api));
  expect(config).toMatchObject({ host: "127.0.0.1", port: fleet.services.api.port, drainGraceSeconds: 0 });
  expect(config.authentication).toBe("none");
  expect(config.queueUrl).toMatch(/^https:\/\/sqs\..*gift-dave-GiftQueue/);
  expect(stack.outputs.url).toBe(`http://localhost:${fleet.services.api.port}`);
});

test("the worker runs every role against the stage's real queues", () => {
  const worker = commandOf("WorkerDev");
  const { roles, queueUrls, areTestValuesAllowed } = readWorkerConfig({ ...worker.environment }, resourcesOf(worker));
  expect(new Set(roles)).toEqual(new Set(workerNames));
  expect(queueUrls.get("gift")).toMatch(/^https:\/\/sqs\..*gift-dave-GiftQueue/);
  expect(areTestValuesAllowed).toBe(true);
});

test.each(["staging", "production"])(
  "what is deployed to %s is understood by the processes too",
  async (stage) => {
    const deployed = await synthesized({ stage });
    for (const { name, process } of servicesOf(deployed)) {
      const environment = environmentOf(process);
      const resources = Object.fromEntries(
        Object.entries(environment).flatMap(([variable, value]) =>
          variable.startsWith("SST_RESOURCE_")
            ? [[variable.replace("SST_RESOURCE_", ""), JSON.parse(value ?? "")]]
            : [],
        ),
      );
      const config = (name === "Api" ? readApiConfig : readWorkerConfig)(environment, resources);
      expect(config.database).toMatchObject({ auth: "iam", username: "gift_app" });
      expect(config.areTestValuesAllowed).toBe(stage === "staging");
    }
  },
  60_000,
);

test("nothing that only a deploy needs is declared", () => {
  for (const type of [
    "aws:ecs/service:Service",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:ecr/repository:Repository",
    "aws:ssm/parameter:Parameter",
    "docker-build:index:Image",
  ])
    expect(ofType(stack, type)).toEqual([]);
});

/** As if DATABASE_URL were in the environment of `sst dev`. */
function withDatabaseUrl(url: string): Promise<Stack> {
  const edit = { file: "infra/development-database.ts", text: "process.env.DATABASE_URL", by: JSON.stringify(url) };
  return synthesized({ stage: "dave", isDev: true, edits: [edit] });
}

test("the database is on this machine unless told otherwise", () => {
  const database = { host: "localhost", port: 5432, database: "gift", auth: "password", isTls: false };
  expect(stack.links.Database).toMatchObject({ properties: database });
  expect(ofType(stack, "aws:rds/instance:Instance")).toEqual([]);
});

test("DATABASE_URL tells otherwise: a Postgres elsewhere that has to prove who it is", async () => {
  const elsewhere = await withDatabaseUrl("postgres://dave:p%40ss@db.example:5433/gifts?sslmode=verify-full");
  const resources = Object.fromEntries(Object.entries(elsewhere.links).map(([name, link]) => [name, link.properties]));
  expect(readWorkerConfig({ ROLES: "gift" }, resources).database).toEqual({
    host: "db.example",
    port: 5433,
    database: "gifts",
    username: "dave",
    auth: "password",
    password: "p@ss",
    isTls: true,
  });
  expect(ofType(elsewhere, "aws:rds/instance:Instance")).toEqual([]);
  // Encrypted in the state wherever it is, and on nobody's screen.
  for (const { properties, secret } of Object.values(elsewhere.links))
    if (JSON.stringify(properties).includes("p@ss")) expect(secret).toContain("password");
  for (const place of [elsewhere.outputs, elsewhere.devCommands]) expect(JSON.stringify(place)).not.toContain("p@ss");
}, 60_000);

test.each([
  ["postgres://dave:p4ss@db.example/gifts", "add ?sslmode=verify-full"],
  ["postgres://dave:p4ss@db.example/gifts?sslmode=require", "add ?sslmode=verify-full"],
  ["mysql://dave:p4ss@localhost/gifts", "DATABASE_URL can't be used"],
  ["dave:p4ss", "DATABASE_URL can't be used"],
])(
  "%s is refused, and the password not repeated",
  async (url, sentence) => {
    const said = await withDatabaseUrl(url).then(String, String);
    expect(said).toContain(sentence);
    expect(said).not.toMatch(/Error: [^\n]*p4ss/);
  },
  60_000,
);
