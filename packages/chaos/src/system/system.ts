import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@gift/core/database/database";
import { ofEachQueue } from "@gift/fleet/each-queue";
import type { QueueName } from "@gift/fleet/fleet";
import type { Interrupt } from "@gift/local/command/interrupt";
import type { DatabaseLink } from "@gift/local/database-link";
import { prepareDataFolder } from "@gift/local/folder/data-folder";
import { freePort } from "@gift/local/free-port";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import type { QueueUrls } from "@gift/local/sqs/queues";
import { type AtEnd, startTogether } from "@gift/rehearsal/system/ending";
import type { QueueDepth } from "@gift/rehearsal/system/queue-depth";
import { startServers } from "@gift/rehearsal/system/servers";
import { startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { startTcpProxy, type TcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import type { Kysely } from "kysely";
import { processSpecs } from "./process-specs.ts";
import { Subject } from "./subject.ts";

/** The whole system on this machine, with a hold on each of its processes and connections. */
export interface System {
  /** By name: the services, `postgres` and `sqs`. */
  readonly subjects: ReadonlyMap<string, Subject>;
  /** Between the services and Postgres; `database` and `link` go around it. */
  readonly postgres: TcpProxy;
  /** Between the services and SQS; `queueUrls` go around it. */
  readonly sqs: TcpProxy;
  readonly apiUrl: string;
  readonly link: DatabaseLink;
  readonly database: Kysely<Database>;
  readonly queueUrls: QueueUrls;
  /** Asks the emulator itself. */
  readDepth(queue: QueueName): Promise<QueueDepth>;
  stop(): Promise<void>;
}

/** Whom the audit's own sessions belong to: those are not ended. */
export const observerName = "chaos";

/**
 * Starts everything on a folder of its own, which is removed at the end, and resolves when all of it is ready.
 * @param leaseSeconds how long SQS hides a message that was received, whatever the consumer asked for; undefined leaves
 *   it to the consumer
 * @throws StackError when a part can't start
 * @throws InterruptedError when it was interrupted meanwhile
 */
export async function startSystem(leaseSeconds: number | undefined, { stop, kill }: Interrupt): Promise<System> {
  return await startTogether((atEnd) => startParts(leaseSeconds, kill, atEnd), stop);
}

async function startParts(
  leaseSeconds: number | undefined,
  kill: AbortSignal,
  atEnd: AtEnd,
): Promise<Omit<System, "stop">> {
  const folder = await mkdtemp(join(tmpdir(), "gift-chaos-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  await prepareDataFolder(folder, true);
  const start = (spec: ProcessSpec) => new Subject(spec, { logFolder: join(folder, "logs"), kill });
  const servers = await startServers({ folder, observerName, start, atEnd });
  const proxies = await startProxies(servers, leaseSeconds, atEnd);
  const port = await freePort();
  const links = {
    database: { ...servers.link, port: proxies.postgres.port },
    queues: through(servers.queueUrls, proxies.sqs.port),
  };
  const services = processSpecs({ dataFolder: folder, port, links }).map(start);
  atEnd(() => Promise.all(services.map((service) => service.stop())));
  await Promise.all(services.map(({ ready }) => ready));
  const subjects = new Map([...servers.processes, ...services].map((subject) => [subject.name, subject]));
  return { ...servers, ...proxies, subjects, apiUrl: `http://127.0.0.1:${port}` };
}

async function startProxies(
  servers: Pick<System, "link" | "queueUrls">,
  leaseSeconds: number | undefined,
  atEnd: AtEnd,
) {
  const postgres = await startTcpProxy(servers.link);
  atEnd(() => postgres.close());
  const receives = await startSqsProxy(new URL(servers.queueUrls.gift).origin);
  atEnd(() => receives.close());
  receives.hideFor(leaseSeconds);
  const sqs = await startTcpProxy({ port: Number(new URL(receives.origin).port) });
  atEnd(() => sqs.close());
  return { postgres, sqs };
}

function through(queueUrls: QueueUrls, port: number): QueueUrls {
  const moved = (url: string) => `http://127.0.0.1:${port}${new URL(url).pathname}`;
  return ofEachQueue((name) => moved(queueUrls[name]));
}
