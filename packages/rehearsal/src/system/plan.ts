import { ofEachQueue } from "@gift/fleet/each-queue";
import { fleet } from "@gift/fleet/fleet";
import type { Settings } from "@gift/local/command/settings";
import type { DatabaseLink } from "@gift/local/database-link";
import { freePort } from "@gift/local/free-port";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import type { QueueUrls } from "@gift/local/sqs/queues";
import { apiSpec, type Links, workerSpecs } from "@gift/local/stack/service-spec";
import { traced } from "@gift/local/stack/tracing";
import type { LoadBalancer } from "./load-balancer.ts";
import type { TaskPlan } from "./service.ts";
import type { SqsProxy } from "./sqs-proxy.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

export interface PlanOptions {
  readonly folder: string;
  readonly agentProxy: TcpProxy;
  readonly loadBalancer: LoadBalancer;
  readonly timeScale: number;
  readonly link: DatabaseLink;
  readonly queueUrls: QueueUrls;
  readonly postgres: TcpProxy;
  readonly sqs: SqsProxy;
}

/** Both of telemetry's clocks; on AWS they go every 10 s. Faster than this, sending would be the load. */
const leastSignalMilliseconds = 250;

/** How the next task of each service is made, from the local stack's own specs. */
export function createPlans(options: PlanOptions) {
  const links: Links = { database: { ...options.link, port: options.postgres.port }, queues: proxied(options) };
  const settings = settingsOf(options.folder);
  const [gift, others] = workerSpecs(settings, links);
  if (!gift || !others) throw new Error("the local stack runs no workers");
  return {
    async api(number: number): Promise<TaskPlan> {
      const port = await freePort();
      const spec = { ...apiSpec({ ...settings, port }, links), name: `api-${number}` };
      return { spec: observed(spec, "api", options), register: () => options.loadBalancer.register(port) };
    },
    gift: (number: number) => workerPlan({ ...gift, name: `gift-worker-${number}` }, options),
    others: (number: number) => workerPlan({ ...others, name: `${others.name}-${number}` }, options),
  };
}

function workerPlan(spec: ProcessSpec, options: PlanOptions): Promise<TaskPlan> {
  const environment = {
    ...spec.environment,
    // The fleet's first backoff in the monitors' time; SQS hides for whole seconds, so it is one or two.
    RETRY_BASE_SECONDS: String(fleet.services.gift.backoff.baseSeconds / options.timeScale),
    WAIT_TIME_SECONDS: "1",
  };
  return Promise.resolve({ spec: observed({ ...spec, environment }, "worker", options) });
}

/** A provider that works: a rehearsal injects its failures itself, one at a time. */
function settingsOf(dataFolder: string): Settings {
  return { port: 0, dataFolder, environmentFile: "", fresh: true, failureRate: 0, workers: 1, logLevel: "info" };
}

function proxied({ queueUrls, sqs }: PlanOptions): QueueUrls {
  return ofEachQueue((name) => sqs.through(queueUrls[name]));
}

function observed(spec: ProcessSpec, service: string, { agentProxy, timeScale }: PlanOptions): ProcessSpec {
  const interval = Math.max(leastSignalMilliseconds, 10_000 / timeScale);
  const preload = new URL(`accelerate.ts?milliseconds=${interval}`, import.meta.url).href;
  const telemetry = {
    DD_TRACE_AGENT_URL: `http://127.0.0.1:${agentProxy.port}`,
    DD_TRACE_FLUSH_INTERVAL: String(interval),
    // Two tasks' gauges are two series, as they are by `task_arn` on AWS.
    DD_TAGS: `task:${spec.name}`,
  };
  const tracedSpec = traced(spec, service, telemetry);
  // First of all: the tracer's interval begins when it is loaded.
  return { ...tracedSpec, command: ["--import", preload, ...tracedSpec.command] };
}
