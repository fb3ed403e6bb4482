import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import { keepObjectsYoung } from "./young-generation.ts";

export interface Service {
  readonly log: Log;
  /** From SIGTERM to SIGKILL, in seconds; the process gives up a second earlier and says so. */
  readonly stopTimeoutSeconds: number;
  /**
   * Starts and resolves once everything is ready.
   * @returns how to stop: resolves when nothing is in flight and every handle is closed
   */
  start(): Promise<() => Promise<void>>;
}

/**
 * Runs a service until SIGTERM or SIGINT. Nothing calls `process.exit` on the way out: the event loop drains, so that
 * the last log lines, spans and metrics leave too, and a handle left open shows up as a timeout instead of being
 * hidden.
 * @param service what to run
 */
export async function runService(service: Service): Promise<void> {
  keepObjectsYoung();
  process.once("uncaughtException", (err) => fail(service.log, err));
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    stopInTime(service, starting, signal).catch((err: unknown) => fail(service.log, err));
  };
  // Before anything is started: a deploy that is taken back may send the signal at any moment.
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  const starting = service.start();
  try {
    await starting;
  } catch (err) {
    return fail(service.log, err);
  }
  if (!isStopping) service.log("service.ready");
}

async function stopInTime(service: Service, starting: ReturnType<Service["start"]>, signal: string): Promise<void> {
  service.log("service.stopping", { signal });
  // Unref’d: it ends the process only if something still holds the event loop.
  setTimeout(
    () => fail(service.log, new Error(`not stopped ${service.stopTimeoutSeconds - 1} s after ${signal}`)),
    (service.stopTimeoutSeconds - 1) * 1_000,
  ).unref();
  const stop = await starting;
  await stop();
  service.log("service.stopped");
}

function fail(log: Log, err: unknown): void {
  log("service.failed", errorFields(err));
  process.exit(1);
}
