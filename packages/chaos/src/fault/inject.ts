import { setTimeout as pause } from "node:timers/promises";
import type { TcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { until } from "@gift/rehearsal/until";
import { sql } from "kysely";
import { patienceMilliseconds } from "../patience.ts";
import type { Way } from "../plan/fault-kind.ts";
import type { Fault } from "../plan/plan.ts";
import type { Subject } from "../system/subject.ts";
import { observerName, type System } from "../system/system.ts";

/** Added to each piece that a slow connection carries: a statement takes five times as long, a poll a little longer. */
const slownessMilliseconds = 100;

type Injection = (system: System, fault: Fault, signal: AbortSignal) => Promise<void>;

/**
 * Injects a fault and takes it back when its time is over. Resolves then; of a process that ended, when it runs again.
 * @param signal takes it back at once: nobody could stop a process that is frozen, nor would it end by itself
 */
export function inject(system: System, fault: Fault, signal: AbortSignal): Promise<void> {
  return injections[fault.way](system, fault, signal);
}

const injections: Readonly<Record<Way, Injection>> = {
  kill: bySignal("SIGKILL"),
  terminate: bySignal("SIGTERM"),
  "restart-fast": bySignal("SIGINT"),
  "restart-immediate": bySignal("SIGQUIT"),
  async freeze(system, fault, signal) {
    const thaw = await subjectOf(system, fault).freeze();
    await lasts(fault, signal);
    thaw();
  },
  // Postgres may be away itself just now.
  "end-sessions": async (system) =>
    void (await until("Postgres to end the services' sessions", () => endSessions(system), patienceMilliseconds)),
  cut: onConnections((proxy) => proxy.cut()),
  hang: onConnections((proxy) => proxy.freeze()),
  "half-open": onConnections((proxy) => proxy.halfOpen()),
  slow: onConnections((proxy) => proxy.slow(slownessMilliseconds)),
};

function bySignal(signal: NodeJS.Signals): Injection {
  return async (system, fault) => {
    const subject = subjectOf(system, fault);
    await subject.runsAgainAfter(await subject.signal(signal));
  };
}

function onConnections(harm: (proxy: TcpProxy) => Promise<void> | void): Injection {
  return async (system, fault, signal) => {
    const proxy = fault.target === "sqs-connections" ? system.sqs : system.postgres;
    await harm(proxy);
    await lasts(fault, signal);
    await proxy.mend();
  };
}

async function lasts({ lastsMilliseconds }: Fault, signal: AbortSignal): Promise<void> {
  await pause(lastsMilliseconds, undefined, { signal }).catch(() => undefined);
}

function subjectOf({ subjects }: System, { target }: Fault): Subject {
  const subject = subjects.get(target);
  if (!subject) throw new Error(`there is no process ${target}`);
  return subject;
}

async function endSessions({ database }: System): Promise<boolean> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name <> ${observerName}`.execute(database);
  return true;
}
