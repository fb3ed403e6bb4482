import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent as Connections, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { fleet } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { freePort } from "@gift/local/free-port";
import { keepTemporaryPostgres } from "@gift/local/postgres/keep";
import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import { linkedEnvironment } from "../support/process.ts";
import { root } from "../support/sources.ts";
import { startSqs } from "../support/sqs.ts";

/**
 * What telemetry costs the API: two of it, with everything on and with everything off, loaded in turn for some seconds each,
 * so that both see the same machine. CPU per request counts more than the rate: it doesn't depend on who else is running, and
 * an API that has one core saturates at its inverse.
 * Usage: node tests/bench/telemetry.ts [ROUNDS] [SECONDS] [KEPT-SHARE-OF-TRACES]
 */
const [rounds = 20, seconds = 0.5, keptShare = 0.01] = process.argv.slice(2).map(Number);
const clients = 32;

interface Variant {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly samples: { perSecond: number; microseconds: number }[];
}

const folder = mkdtempSync(join(tmpdir(), "gift-bench-"));
const port = await freePort();
const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
const postgres = await keepTemporaryPostgres({ dataFolder: join(folder, "postgres"), port, settings });
const connection = { host: postgres.host, port: postgres.port, database: "postgres", user: postgres.user };
const db = openDatabase({ ...connection, maxConnections: 1, applicationName: "bench" });
await migrate(db);
const sqs = await startSqs();
const gift = await sqs.createQueue("gift");

/** Reads and forgets; at saturation a real agent asks for about ten traces a second, which is `keptShare` of them. */
const sink = createServer((req, res) => {
  req.resume().once("end", () => res.end(JSON.stringify({ rate_by_service: { "service:,env:": keptShare } })));
}).listen(0, "127.0.0.1");
await once(sink, "listening");
const address = sink.address();
const agentUrl = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;

async function start(name: string, words: readonly string[], environment: Record<string, string>): Promise<Variant> {
  const own = await freePort();
  const child = spawn(process.execPath, [...words, "packages/api/src/main.ts"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      ...linkedEnvironment({ database: connection, queues: { gift } }),
      ...{ NODE_OPTIONS: nodeOptions([fleet.services.api]), HOST: "127.0.0.1", AUTH: "none", PORT: `${own}` },
      ...environment,
    },
  });
  const variant: Variant = { name, child, port: own, samples: [] };
  while (!(await call(variant, "GET", "/healthz").catch(() => undefined)))
    await new Promise((resolve) => setTimeout(resolve, 100));
  return variant;
}

const connections = new Connections({ keepAlive: true, maxSockets: clients });

async function call({ port: own }: Variant, method: string, path: string, body?: string): Promise<string> {
  const headers = { "idempotency-key": "k", ...(body && { "content-type": "application/json" }) };
  const req = request({ host: "127.0.0.1", port: own, method, path, agent: connections, headers });
  req.end(body);
  const [res] = await once(req, "response");
  let text = "";
  for await (const chunk of res) text += chunk;
  return text;
}

/** Time that a process's threads have spent on a core so far, in microseconds. */
function cpuOf({ child }: Variant): number {
  const threads = readdirSync(`/proc/${child.pid}/task`);
  const nanoseconds = threads.map((id) =>
    Number(readFileSync(`/proc/${child.pid}/task/${id}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1_000;
}

async function load(variant: Variant): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  const [since, cpu] = [performance.now(), cpuOf(variant)];
  let requests = 0;
  const client = async () => {
    while (performance.now() < until) {
      const { gift_id: id }: { gift_id: string } = JSON.parse(await call(variant, "POST", "/gifts", '{"amount":1}'));
      await call(variant, "POST", `/gifts/${id}/send`);
      requests += 2;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const perSecond = (requests / (performance.now() - since)) * 1_000;
  variant.samples.push({ perSecond, microseconds: (cpuOf(variant) - cpu) / requests });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function residentMegabytes({ child }: Variant): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1_024);
}

const traced = { ...tracerEnvironment, DD_TRACE_AGENT_URL: agentUrl, DD_SERVICE: "api", DD_ENV: "bench" };
const variants = [
  await start("off", [], {}),
  await start("on", preload, { ...traced, LOG_DIRECTORY: folder, ...JSON.parse(process.env.BENCH_ON ?? "{}") }),
];
for (const variant of variants) await load(variant);
for (const variant of variants) variant.samples.length = 0;
for (let round = 0; round < rounds; round += 1) for (const variant of variants) await load(variant);
for (const variant of variants) {
  const [rate, cpu] = (["perSecond", "microseconds"] as const).map((what) =>
    median(variant.samples.map((each) => each[what])),
  );
  process.stdout.write(
    `${variant.name}: ${rate?.toFixed(0)} requests/s, ${cpu?.toFixed(0)} µs CPU each, ${residentMegabytes(variant)} MB\n`,
  );
}
for (const { child } of variants) child.kill("SIGTERM");
await Promise.all(variants.map(({ child }) => child.exitCode ?? once(child, "exit")));
connections.destroy();
sink.closeAllConnections();
sink.close();
await sqs.close();
await db.destroy();
await postgres.stop();
rmSync(folder, { recursive: true });
