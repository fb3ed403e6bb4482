import { fleet } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { freePort } from "@gift/local/free-port";
import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import { linkedEnvironment } from "../../support/process.ts";
import { type ProcessorMeter, processMeter } from "../measure/processor.ts";
import type { Work } from "../measure/sample.ts";
import type { HttpLoad } from "../process/http-load.ts";
import type { Child } from "./child.ts";
import type { BenchDatabase } from "./postgres.ts";
import type { Rig } from "./rig.ts";

export interface ServiceLinks {
  readonly database: BenchDatabase;
  readonly giftUrl: string;
  readonly deadLettersUrl: string;
}

export interface HttpService {
  readonly port: number;
  readonly child: Child;
  readonly meter: ProcessorMeter;
}

/** What SST and the fleet would give a service. */
export function serviceEnvironment({ database, giftUrl, deadLettersUrl }: ServiceLinks): Record<string, string> {
  return {
    ...linkedEnvironment({
      database: database.connection,
      queues: { gift: giftUrl, "gift-dead-letters": deadLettersUrl },
    }),
    NODE_OPTIONS: nodeOptions([fleet.services.api]),
  };
}

export interface ApiOptions {
  readonly name?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The agent's address: telemetry is on. */
  readonly agentUrl?: string;
}

/** The real API, logging as in production; its standard output is read and thrown away. */
export async function startApi(rig: Rig, links: ServiceLinks, options: ApiOptions = {}): Promise<HttpService> {
  const port = await freePort();
  const { name = "api", agentUrl } = options;
  const child = await rig.start({
    name,
    command: [...(agentUrl === undefined ? [] : preload), "packages/api/src/main.ts"],
    environment: {
      ...serviceEnvironment(links),
      ...{ PORT: String(port), HOST: "127.0.0.1", AUTH: "none" },
      ...(agentUrl !== undefined && {
        ...tracerEnvironment,
        ...{ DD_TRACE_AGENT_URL: agentUrl, DD_SERVICE: "api", DD_ENV: "bench", LOG_DIRECTORY: rig.folder },
      }),
      ...options.environment,
    },
  });
  return { port, child, meter: processMeter(child.pid) };
}

/** The role that sends gifts, as production runs it, with a provider that answers at once. */
export async function startGiftWorker(rig: Rig, links: ServiceLinks): Promise<Child> {
  return await rig.start({
    name: "worker",
    command: ["tests/bench/process/gift-worker.ts"],
    environment: { ...serviceEnvironment(links), WAIT_TIME_SECONDS: "1", ROLES: "gift" },
  });
}

export interface HttpClients {
  readonly meter: ProcessorMeter;
  fire(load: HttpLoad): Promise<Work & { readonly figures: Readonly<Record<string, number | undefined>> }>;
}

export async function startHttpClients(rig: Rig): Promise<HttpClients> {
  const child = await rig.start({ name: "http-clients", command: ["tests/bench/process/http-load.ts"] });
  return {
    meter: processMeter(child.pid),
    async fire(load) {
      const { operations = 0, seconds = Number.NaN, ...figures } = await child.ask("run", load);
      return { operations, seconds, figures };
    },
  };
}
