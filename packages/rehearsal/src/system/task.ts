import type { ProcessSpec } from "@gift/local/process/process-spec";
import { SupervisedProcess, type SupervisionOptions } from "@gift/local/process/supervised-process";

/** One process of a service, as ECS runs a task: started again when it ends, until it is stopped. */
export interface Task {
  readonly name: string;
  isRunning(): boolean;
  /** Resolves when it takes requests or messages; rejects with a StackError when it can't start. */
  readonly ready: Promise<void>;
  /** SIGKILL; it is started again. False when there was nothing to kill. */
  crash(): boolean;
  /** Drains it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** What a service registers a task with, e.g. a load balancer. */
export interface Registration {
  readonly healthy: Promise<void>;
  deregister(): Promise<void>;
}

/**
 * Starts a task.
 * @param register called once, when the process is there
 */
export function startTask(spec: ProcessSpec, supervision: SupervisionOptions, register?: () => Registration): Task {
  const process = new SupervisedProcess(spec, supervision);
  const registration = register?.();
  const ready = process.ready.then(() => registration?.healthy);
  ready.catch(() => undefined);
  return {
    name: spec.name,
    isRunning: () => process.pid !== undefined,
    ready,
    crash: () => process.pid !== undefined && globalThis.process.kill(process.pid, "SIGKILL"),
    async stop() {
      await registration?.deregister();
      await process.stop();
    },
  };
}
