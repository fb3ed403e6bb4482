import { type Agent, startAgent } from "@gift/agent/agent";
import type { Span } from "@gift/agent/span";
import { preload as preloadWords, tracerEnvironment } from "@gift/telemetry/preload";
import { expect, onTestFinished } from "vitest";
import { createSystem, type System } from "../journey/system.ts";
import type { TestDatabase } from "../support/database.ts";
import type { LogLine, StartedProcess } from "../support/process.ts";
import type { SqsServer } from "../support/sqs.ts";

/** The preload, for a process whose command a test doesn't write itself. */
export const preload = preloadWords.join(" ");

/** The variables of a traced process. */
export function tracedEnvironment(agentUrl: string, service: string): Record<string, string> {
  return {
    ...tracerEnvironment,
    NODE_OPTIONS: preload,
    DD_TRACE_AGENT_URL: agentUrl,
    DD_SERVICE: service,
    DD_ENV: "test",
    DD_VERSION: "1",
    // Whatever a test does at once is kept.
    TRACES_PER_SECOND: "10000",
    // The usual 2 s would be most of a test.
    DD_TRACE_FLUSH_INTERVAL: "100",
  };
}

/** The real processes of one test, traced, and the agent that they send to. */
export interface TracedSystem extends System {
  readonly agent: Agent;
}

/**
 * Like createSystem; every process that is started has the preload. The agent must be able to read all that it was
 * sent.
 */
export async function createTracedSystem(
  connection: TestDatabase["connection"],
  sqs: SqsServer,
): Promise<TracedSystem> {
  const agent = await startAgent();
  onTestFinished(async () => {
    await agent.stop();
    expect(agent.problems).toEqual([]);
  });
  const system = await createSystem(connection, sqs);
  return {
    ...system,
    agent,
    startApi: (environment) => system.startApi({ ...tracedEnvironment(agent.url, "api"), ...environment }),
    startWorker: (roles, environment) =>
      system.startWorker(roles, { ...tracedEnvironment(agent.url, "worker"), ...environment }),
  };
}

/** The trace of a gift's send, once it has these spans. */
export function traceOf(agent: Agent, giftId: string, names: readonly string[]): Promise<readonly Span[]> {
  return agent.until(() => {
    const request = agent.spans.find(({ name, meta }) => name === "web.request" && meta.gift_id === giftId);
    const trace = agent.spans.filter(({ traceId }) => traceId === request?.traceId);
    const missing = [...names];
    for (const { name } of trace) if (missing.includes(name)) missing.splice(missing.indexOf(name), 1);
    return missing.length === 0 && trace;
  });
}

/**
 * A trace as lines of `parent > child`, each once, with the service of either: what belongs where, whatever the order.
 */
export function treeOf(trace: readonly Span[]): ReadonlySet<string> {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const label = ({ service, resource, name }: Span) =>
    `${service} ${name === "pg.query" ? statementOf(resource) : resource}`;
  return new Set(
    trace.map((span) => {
      const parent = span.parentId === undefined ? undefined : byId.get(span.parentId);
      return `${parent ? label(parent) : ""} > ${label(span)}`;
    }),
  );
}

/** The verb of a statement and the first table that it names. */
function statementOf(text: string): string {
  const table = /\b(gifts|outbox|send_attempts|dead_letters|simulated_provider)\b/.exec(text)?.[1];
  return `${text.trim().split(/\s/)[0]} ${table}`;
}

/** The trace ids of the lines about a gift. */
export function loggedTraceIds(started: StartedProcess, giftId: string): readonly unknown[] {
  return Array.from(new Set(started.logs.filter((line) => line.gift_id === giftId).map(traceIdOf)));
}

export function traceIdOf(line: LogLine): unknown {
  return typeof line.dd === "object" && line.dd !== null && "trace_id" in line.dd ? line.dd.trace_id : undefined;
}
