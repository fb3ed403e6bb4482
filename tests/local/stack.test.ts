import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@gift/local/free-port";
import { repositoryFolder } from "@gift/local/repository";
import { until } from "@gift/rehearsal/until";
import { expect, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { run } from "./command.ts";
import { allGone, local, startStack, startStackWith } from "./local-stack.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// A start takes two seconds on an idle machine, and most of these start twice.
vi.setConfig({ testTimeout: 60_000 });

const own = useTestDatabase();

async function freePorts(): Promise<string[]> {
  return ["--port", `${await freePort()}`, "--console-port", `${await freePort()}`];
}

async function sendGift(address: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const created = await fetch(`${address}/gifts`, { method: "POST", headers, body: '{"amount": 5}' });
  const { gift_id: giftId }: { gift_id: string } = JSON.parse(await created.text());
  const sent = await fetch(`${address}/gifts/${giftId}/send`, {
    method: "POST",
    headers: { "idempotency-key": "once" },
  });
  expect(sent.status).toBe(202);
  return giftId;
}

async function statusOf(address: string, giftId: string): Promise<string> {
  const found: { status: string } = JSON.parse(await (await fetch(`${address}/gifts/${giftId}`)).text());
  return found.status;
}

test("a gift is SENT, Ctrl-C leaves no process, and the gift is there after the next start", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  const first = await startStack(dataFolder, "--failure-rate", "0");
  const giftId = await sendGift(first.address);
  await until("the gift to be SENT", async () => (await statusOf(first.address, giftId)) === "SENT");
  expect(first.output()).toContain(`live view  ${first.consoleAddress}`);
  expect(await (await fetch(`${first.consoleAddress}/gifts/${giftId}`)).text()).toContain("1. SENT");
  const pids = first.descendants();
  expect(pids.length).toBeGreaterThanOrEqual(6);
  first.kill("SIGINT");
  expect(await first.exited).toEqual({ code: 0, signal: null });
  await allGone(pids, 0.1);
  await expect(stat(join(dataFolder, "env"))).rejects.toThrow("ENOENT");
  const second = await startStack(dataFolder);
  expect(await statusOf(second.address, giftId)).toBe("SENT");
});

test("a second stack says how the commands find it, and they do", async () => {
  const stack = await startStack(join(await temporaryFolder(), "data"), "--failure-rate", "0");
  const [, file = ""] = /npx --yes bun --env-file=(\S+) run ops operates this stack/.exec(stack.output()) ?? [];
  expect(file).toBe(join(stack.dataFolder, "env"));
  const giftId = await sendGift(stack.address);
  const ops = run(["--env-file", file, "packages/ops/src/main.ts", "gift", "show", giftId]);
  expect(await ops.exited, ops.output()).toEqual({ code: 0, signal: null });
});

test("DATABASE_URL and SQS_ENDPOINT replace the embedded servers, which then don't run", async () => {
  const { host, port, user, database } = own.connection;
  const sqsPort = await freePort();
  const emulator = join(repositoryFolder, "packages/local/src/sqs/main.ts");
  await run([emulator, "--data-folder", await temporaryFolder(), "--port", `${sqsPort}`]).printed(/service\.ready/);
  const environment = {
    DATABASE_URL: `postgres://${user}@${host}:${port}/${database}`,
    SQS_ENDPOINT: `http://127.0.0.1:${sqsPort}`,
  };
  const folder = join(await temporaryFolder(), "data");
  const stack = await startStackWith(environment, folder, "--failure-rate", "0");
  const giftId = await sendGift(stack.address);
  await until("the gift to be SENT", async () => (await statusOf(stack.address, giftId)) === "SENT");
  expect(await own.db.selectFrom("gifts").select("status").execute()).toEqual([{ status: "SENT" }]);
  expect(stack.output()).toMatch(/postgres +yours +127\.0\.0\.1:\d+\/test_/);
  await expect(stat(join(folder, "postgres"))).rejects.toThrow("ENOENT");
});

test("when the supervisor is killed with -9 nothing is left behind, and the next start works at once", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  const stack = await startStack(dataFolder);
  const pids = stack.descendants();
  stack.kill("SIGKILL");
  await startStack(dataFolder);
  await allGone(pids);
});

test("a second Ctrl-C doesn't wait for anything, and still leaves nothing behind", async () => {
  const stack = await startStack(join(await temporaryFolder(), "data"));
  const pids = stack.descendants();
  stack.kill("SIGINT");
  await stack.printed(/Ctrl-C again ends it at once/);
  // One keystroke can arrive twice within half a second; this is to be another.
  await pause(600);
  const asked = performance.now();
  stack.kill("SIGINT");
  expect(await stack.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(1_500);
  await allGone(pids, 0.1);
});

test("Ctrl-C during the start ends it, too", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  const starting = local("--data-dir", dataFolder, ...(await freePorts()));
  await until("Postgres's log", () => readFile(join(dataFolder, "logs", "postgres.log")));
  starting.kill("SIGINT");
  expect(await starting.exited, starting.output()).toEqual({ code: 0, signal: null });
});

test("a second copy on the same folder is refused and told where the first one is", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  const first = await startStack(dataFolder);
  const second = local("--data-dir", dataFolder);
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.output()).toContain(`(pid ${first.pid}, ${first.address}): use that one, stop it with Ctrl-C`);
  expect(second.output()).toContain("give this one its own --data-dir, --port and --console-port.");
  const busy = local("--data-dir", `${dataFolder}-2`, "--port", new URL(first.address).port);
  expect(await busy.exited).toEqual({ code: 1, signal: null });
  expect(busy.output()).toMatch(/^Port \d+ of 127\.0\.0\.1 is taken by another program: free it, .* with --port\.$/m);
  const consolePort = new URL(first.consoleAddress).port;
  const noPage = local("--data-dir", `${dataFolder}-2`, "--port", `${await freePort()}`, "--console-port", consolePort);
  expect(await noPage.exited).toEqual({ code: 1, signal: null });
  expect(noPage.output()).toMatch(/^Port \d+ of 127\.0\.0\.1 is taken .* with --console-port\.$/m);
  first.kill("SIGINT");
  await first.exited;
});

test("a data folder of another Postgres is reported with the way out, at once and only once", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  const flags = ["--data-dir", dataFolder, ...(await freePorts())];
  const prepared = local(...flags);
  await until("the cluster", () => stat(join(dataFolder, "postgres", "PG_VERSION")));
  prepared.kill("SIGINT");
  await prepared.exited;
  await writeFile(join(dataFolder, "postgres", "PG_VERSION"), "15\n");
  const refused = local(...flags);
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  expect(refused.output()).toContain("belongs to Postgres 15, and this is Postgres 18.");
  expect(refused.output()).toMatch(/Start over with --fresh \(it removes every gift in .*\), or choose another folder/);
});

test.each([
  [["--port", "99999"], "--port 99999 can't be used"],
  [["--nope"], "--nope isn't known here: the flags are --port, --console-port, --data-dir,"],
  [["extra"], "extra isn't known here"],
  [["--port"], "--port needs a value"],
  [["--fresh=no"], "--fresh takes no value"],
])("bun run local %j ends with exit code 2 and one sentence, and starts nothing", async (flags, sentence) => {
  const command = local(...flags);
  expect(await command.exited).toEqual({ code: 2, signal: null });
  expect(command.output()).toContain(sentence);
  expect(command.output().trim().split("\n")).toHaveLength(1);
});

test("--help names every flag", async () => {
  const command = local("--help");
  expect(await command.exited).toEqual({ code: 0, signal: null });
  for (const flag of ["port", "data-dir", "fresh", "failure-rate", "workers", "log-level"])
    expect(command.output()).toContain(`--${flag}`);
});
