import { sendQueue } from "@gift/core/send-request/send-message";
import { queueNames } from "@gift/fleet/each-queue";
import type { QueueName } from "@gift/fleet/fleet";
import type { agentMetrics } from "@gift/monitor/outside-metric";
import type { System } from "../system/system.ts";
import { collect } from "./collect.ts";
import { derive, type Source } from "./derive.ts";
import type { SignalStore } from "./signals.ts";
import { databaseSource, loadBalancerSource, queueSource, readOldestSendSeconds, serviceSource } from "./source.ts";

/**
 * Hears everything there is to hear of a system: what it sends to the agent, and what only AWS would see. Log lines
 * come from the processes themselves.
 * @param onProblem told of a source that couldn't be read
 * @returns stops
 */
export function observe(
  system: System,
  store: SignalStore,
  timeScale: number,
  onProblem: (err: unknown) => void,
): () => Promise<void> {
  const stopCollecting = collect(system.agent, store, timeScale);
  const stopDeriving = derive(sourcesOf(system, timeScale, store), store, onProblem);
  return async () => {
    stopCollecting();
    await stopDeriving();
  };
}

/** Where each of CloudWatch's metrics comes from on this machine. */
function sourcesOf(
  { services, loadBalancer, database, readDepth, agentProxy }: System,
  timeScale: number,
  store: SignalStore,
): readonly Source[] {
  const readAge = async (queue: QueueName) =>
    queue === sendQueue ? timeScale * (await readOldestSendSeconds(database)) : 0;
  return [
    loadBalancerSource(loadBalancer),
    ...Object.values(services).map((service) => serviceSource(service.name, service)),
    ...queueNames.map((queue) =>
      queueSource(
        queue,
        () => readDepth(queue),
        () => readAge(queue),
      ),
    ),
    databaseSource(database),
    heartbeat(agentProxy.port, store),
  ];
}

/** Only that it is measured says something: no task runs on Fargate here, so the share of CPU is said to be 0. */
function heartbeat(port: number, store: SignalStore): Source {
  const metric = "ecs.fargate.cpu.percent" satisfies keyof typeof agentMetrics;
  return {
    of: { kind: "service", name: "agent" },
    derivedFrom: "whether the stand-in agent answers",
    metrics: [],
    async read() {
      const isThere = await fetch(`http://127.0.0.1:${port}/info`).then(
        (res) => res.arrayBuffer().then(() => res.ok),
        () => false,
      );
      for (const service of isThere ? ["api", "worker"] : [])
        store.addSample({ metric, at: Date.now(), values: [0], tags: { service } });
      return {};
    },
  };
}
