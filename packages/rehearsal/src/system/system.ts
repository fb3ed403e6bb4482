import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, startAgent } from "@gift/agent/agent";
import type { Database } from "@gift/core/database/database";
import type { QueueName } from "@gift/fleet/fleet";
import type { Interrupt } from "@gift/local/command/interrupt";
import type { DatabaseLink } from "@gift/local/database-link";
import { prepareDataFolder } from "@gift/local/folder/data-folder";
import type { LogLine } from "@gift/local/process/log-line";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import { SupervisedProcess, type SupervisionOptions } from "@gift/local/process/supervised-process";
import type { QueueUrls } from "@gift/local/sqs/queues";
import type { Kysely } from "kysely";
import { type AtEnd, startTogether } from "./ending.ts";
import { type LoadBalancer, startLoadBalancer } from "./load-balancer.ts";
import { createPlans } from "./plan.ts";
import type { QueueDepth } from "./queue-depth.ts";
import { startServers } from "./servers.ts";
import { Service } from "./service.ts";
import { type SqsProxy, startSqsProxy } from "./sqs-proxy.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** The services, by the fleet's names; the roles that do little share a process, as on the local stack. */
export interface Services {
  readonly api: Service;
  readonly gift: Service;
  readonly others: Service;
}

/** The whole system on this machine, with a way to take each of its parts away. */
export interface System {
  readonly services: Services;
  readonly loadBalancer: LoadBalancer;
  /** Between the services and Postgres; `database` goes around it. */
  readonly postgres: TcpProxy;
  /** Between the services and SQS; `queueUrls` go around it. */
  readonly sqs: SqsProxy;
  readonly agent: Agent;
  /** Between the services and the agent. */
  readonly agentProxy: TcpProxy;
  readonly link: DatabaseLink;
  readonly database: Kysely<Database>;
  readonly queueUrls: QueueUrls;
  /** Asks the emulator itself. */
  readDepth(queue: QueueName): Promise<QueueDepth>;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** How many times faster time passes for signals and health checks than on AWS. */
  readonly timeScale: number;
  readonly interrupt: Interrupt;
  onLog(line: LogLine): void;
  onNotice(sentence: string): void;
}

/** As many as production has when nothing happens; two workers, so that one can be killed while another works. */
export const desiredTasks = { api: 2, gift: 2, others: 1 } as const satisfies Record<keyof Services, number>;

/** Between two checks of the load balancer, on AWS (`infra/load-balancer.ts`). */
const healthCheckMilliseconds = 10_000;

/**
 * Starts everything on a folder of its own, which is removed at the end, and resolves when all of it is ready.
 * @throws StackError when a part can't start
 * @throws InterruptedError when it was interrupted meanwhile
 */
export function startSystem(options: SystemOptions): Promise<System> {
  return startTogether((atEnd) => startParts(options, atEnd), options.interrupt.stop);
}

async function startParts(options: SystemOptions, atEnd: AtEnd): Promise<Omit<System, "stop">> {
  const folder = await mkdtemp(join(tmpdir(), "gift-rehearsal-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  await prepareDataFolder(folder, true);
  const supervision: SupervisionOptions = {
    logFolder: join(folder, "logs"),
    onLine: (_, line) => options.onLog(line),
    onNotice: options.onNotice,
    kill: options.interrupt.kill,
  };
  const start = (spec: ProcessSpec) => new SupervisedProcess(spec, supervision);
  const servers = await startServers({ folder, observerName: "rehearsal", start, atEnd });
  const agent = await startAgent();
  atEnd(() => agent.stop());
  const proxies = await startProxies(servers, agent, atEnd);
  const loadBalancer = await startLoadBalancer(healthCheckMilliseconds / options.timeScale);
  atEnd(() => loadBalancer.close());
  const plans = createPlans({ folder, loadBalancer, timeScale: options.timeScale, ...servers, ...proxies });
  const service = (name: keyof Services) => new Service(name, plans[name], supervision);
  const services: Services = { api: service("api"), gift: service("gift"), others: service("others") };
  atEnd(() => Promise.all(Object.values(services).map((each: Service) => each.stop())));
  await startServices(services);
  return { ...servers, ...proxies, agent, loadBalancer, services };
}

/** Brings every service to as many tasks as it should have. */
export async function startServices({ api, gift, others }: Services): Promise<void> {
  await Promise.all([
    api.scaleTo(desiredTasks.api),
    gift.scaleTo(desiredTasks.gift),
    others.scaleTo(desiredTasks.others),
  ]);
}

async function startProxies(servers: Pick<System, "link" | "queueUrls">, agent: Agent, atEnd: AtEnd) {
  const postgres = await startTcpProxy(servers.link);
  atEnd(() => postgres.close());
  const sqs = await startSqsProxy(new URL(servers.queueUrls.gift).origin);
  atEnd(() => sqs.close());
  const agentProxy = await startTcpProxy(agent);
  atEnd(() => agentProxy.close());
  return { postgres, sqs, agentProxy };
}
