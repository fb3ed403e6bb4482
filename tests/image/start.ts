import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fleet, type ServiceName } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { freePort } from "@gift/local/free-port";
import { keepTemporaryPostgres } from "@gift/local/postgres/keep";
import { smokeTest } from "@gift/release/smoke-test";
import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import { linkedEnvironment } from "../support/process.ts";
import { startSqs } from "../support/sqs.ts";
import { startContainer } from "./container.ts";

/**
 * An optional check, see build.sh: runs the built image's three commands against a real Postgres and the SQS emulator:
 * the migrations as the owner, then API and worker as gift_app, a smoke test through HTTP, and SIGTERM. Usage, as root:
 * node tests/image/start.ts FOLDER-OF-THE-UNPACKED-IMAGE
 */
const [rootFolder = ""] = process.argv.slice(2);
const stateFolder = mkdtempSync(join(tmpdir(), "gift-image-"));
const postgres = await keepTemporaryPostgres({
  dataFolder: join(stateFolder, "postgres"),
  port: await freePort(),
  settings: {},
});
const sqs = await startSqs();
const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters("gift", { maxReceiveCount: 5 });
const apiPort = await freePort();
// What the image itself sets; runc is not told.
const image = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  NODE_ENV: "production",
  NODE_COMPILE_CACHE: "/var/cache/gift",
  LOG_DIRECTORY: "/var/log/gift",
  ...tracerEnvironment,
};

function run(script: string, username: string, environment: Record<string, string> = {}) {
  const { host, port } = postgres;
  const database = { host, port, database: "postgres", user: username };
  const links = linkedEnvironment({ database, queues: { gift: queueUrl, "gift-dead-letters": deadLettersUrl } });
  const command = ["node", ...script.split(" ")];
  return startContainer({ rootFolder, stateFolder, command, environment: { ...image, ...links, ...environment } });
}

async function startService(script: string, services: readonly ServiceName[], environment: Record<string, string>) {
  const heap = nodeOptions(services.map((name) => fleet.services[name]));
  const child = run([...preload, script].join(" "), "gift_app", { NODE_OPTIONS: heap, ...environment });
  const exited = once(child, "exit");
  const since = performance.now();
  for await (const line of linesOf(child)) if (line.includes("service.ready")) break;
  return { child, exited, readyMilliseconds: Math.round(performance.now() - since) };
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (!stdout) throw new Error("runc has no standard output");
  return createInterface({ input: stdout });
}

/** Resident memory of the one process below runc, in megabytes. */
function residentMegabytes(runc: number | undefined): number {
  const statuses = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readFileSync(`/proc/${pid}/status`, "utf8"));
  const own = statuses.find((status) => status.includes(`PPid:\t${runc}\n`));
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(own ?? "")?.[1]) / 1_024);
}

const migration = run("packages/ops/src/main.ts migrate --with-roles", postgres.user);
for await (const line of linesOf(migration)) process.stdout.write(`${line}\n`);
const api = await startService("packages/api/src/main.ts", ["api"], {
  HOST: "127.0.0.1",
  PORT: `${apiPort}`,
  AUTH: "none",
});
const roles: ServiceName[] = ["gift", "outbox", "dead-letters"];
const worker = await startService("packages/worker/src/main.ts", roles, {
  ROLES: roles.join(","),
  WAIT_TIME_SECONDS: "1",
  FAILURE_RATE: "0",
});
const url = `http://127.0.0.1:${apiPort}`;
const healthz = await fetch(`${url}/healthz`);
process.stdout.write(`GET /healthz: ${healthz.status} ${await healthz.text()}\n`);
const { giftId, sentAfterMilliseconds } = await smokeTest({ url, deadlineSeconds: 60 });
process.stdout.write(`gift ${giftId} SENT after ${Math.round(sentAfterMilliseconds)} ms\n`);
for (const [name, { child, readyMilliseconds }] of Object.entries({ api, worker }))
  process.stdout.write(`${name}: ready after ${readyMilliseconds} ms, ${residentMegabytes(child.pid)} MB resident\n`);
for (const { child } of [api, worker]) child.kill("SIGTERM");
const codes = await Promise.all([api.exited, worker.exited]);
process.stdout.write(`after SIGTERM: exit ${codes.map(([code]) => code).join(" and ")}\n`);
await sqs.close();
await postgres.stop();
rmSync(stateFolder, { recursive: true });
