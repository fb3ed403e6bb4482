import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { checkTarget } from "./health-check.ts";
import { leavePort, takePort } from "./port.ts";

/** What a client saw of one request; the load balancer's metrics are made of these. */
export interface Answered {
  readonly status: number;
  /** `load balancer`: no target answered, and the load balancer said 502 itself. */
  readonly by: "target" | "load balancer";
  readonly milliseconds: number;
}

export interface LoadBalancer {
  readonly url: string;
  /** Requests go to this port once it has been healthy twice. */
  register(port: number): Target;
  healthyTargets(): number;
  /** Told of each answer. */
  onAnswered(listener: (answered: Answered) => void): void;
  close(): Promise<void>;
}

export interface Target {
  /** Resolves when its first checks succeeded. */
  readonly healthy: Promise<void>;
  /** No new requests; resolves when those in flight have ended, or after 30 s. */
  deregister(): Promise<void>;
}

/** How long a target that leaves may take for what it has in hand (`infra/load-balancer.ts`). */
const deregistrationMilliseconds = 30_000;

interface Member {
  readonly port: number;
  isHealthy: boolean;
  inFlight: number;
  isLeaving: boolean;
  idle: () => void;
}

/**
 * A load balancer in front of the API's tasks that does what the ALB of `infra/load-balancer.ts` does: least
 * outstanding requests, health checks of /readyz, and, with no healthy target, all of them.
 * @param intervalMilliseconds between two health checks of a target; 10 s on AWS
 */
export async function startLoadBalancer(intervalMilliseconds: number): Promise<LoadBalancer> {
  const members = new Set<Member>();
  const listeners: ((answered: Answered) => void)[] = [];
  const connections = new Agent({ keepAlive: true });
  const server = createServer((req, res) => {
    const startedAt = performance.now();
    forward(choose(members), req, res, connections).then(
      (by) => {
        // A client that went away is 460 to the ALB, and nobody's 5xx.
        if (res.destroyed && !res.writableFinished) return;
        const milliseconds = performance.now() - startedAt;
        for (const listener of listeners) listener({ status: res.statusCode, by, milliseconds });
      },
      // The client went away: nobody is left to answer, and the ALB counts no answer either.
      () => res.destroy(),
    );
  });
  const ownPort = await takePort(server);

  return {
    url: `http://127.0.0.1:${ownPort}`,
    register: (port) => register(members, port, intervalMilliseconds),
    healthyTargets: () => Array.from(members).filter(({ isHealthy, isLeaving }) => isHealthy && !isLeaving).length,
    onAnswered: (listener) => void listeners.push(listener),
    async close() {
      for (const member of members) member.isLeaving = true;
      connections.destroy();
      await leavePort(server, () => server.closeAllConnections());
    },
  };
}

function register(members: Set<Member>, port: number, intervalMilliseconds: number): Target {
  const member: Member = { port, isHealthy: false, inFlight: 0, isLeaving: false, idle: () => undefined };
  members.add(member);
  const first = Promise.withResolvers<void>();
  const stop = checkTarget(port, intervalMilliseconds, (isHealthy) => {
    member.isHealthy = isHealthy;
    if (isHealthy) first.resolve();
  });
  return {
    healthy: first.promise,
    async deregister() {
      stop();
      member.isLeaving = true;
      if (member.inFlight > 0) await idleOrLate(member);
      members.delete(member);
    },
  };
}

function idleOrLate(member: Member): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, deregistrationMilliseconds);
    member.idle = () => {
      clearTimeout(late);
      resolve();
    };
  });
}

function choose(members: ReadonlySet<Member>): Member | undefined {
  const staying = Array.from(members).filter(({ isLeaving }) => !isLeaving);
  const healthy = staying.filter(({ isHealthy }) => isHealthy);
  const candidates = healthy.length > 0 ? healthy : staying;
  return candidates.toSorted((a, b) => a.inFlight - b.inFlight)[0];
}

async function forward(
  member: Member | undefined,
  req: IncomingMessage,
  res: ServerResponse,
  connections: Agent,
): Promise<Answered["by"]> {
  if (!member) return refuse(res, 503);
  member.inFlight += 1;
  try {
    return await passOn(member.port, req, res, connections);
  } finally {
    member.inFlight -= 1;
    if (member.inFlight === 0) member.idle();
  }
}

async function passOn(port: number, req: IncomingMessage, res: ServerResponse, connections: Agent) {
  const { method = "GET", url: path = "/", headers } = req;
  const call = request({ host: "127.0.0.1", port, path, method, headers, agent: connections });
  // Listened to from the start: a client that has gone before the answer came is never heard of again.
  const closed = new Promise((resolve) => res.once("close", resolve));
  void closed.then(() => call.destroy());
  req.pipe(call);
  const [answer]: IncomingMessage[] = await once(call, "response").catch(() => []);
  if (!answer) return refuse(res, 502);
  res.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(res);
  await closed;
  return "target" as const;
}

function refuse(res: ServerResponse, status: number): "load balancer" {
  res.writeHead(status).end();
  return "load balancer";
}
