import { type ApiProcess, startApiProcess } from "../api/api-process.ts";
import type { TestDatabase } from "../support/database.ts";

export interface Load {
  readonly api: ApiProcess;
  /** Resolves once every client has had so many answers more. */
  rounds(count: number): Promise<void>;
  /** Ends the clients and the API, and tells what they were answered. */
  stop(): Promise<{ statuses: ReadonlyMap<number, number>; slowestMilliseconds: number }>;
}

/** Clients of the real API that create, send, replay and read without a pause until they are stopped. */
export async function startLoad(connection: TestDatabase["connection"], clients = 4): Promise<Load> {
  const api = await startApiProcess({ connection });
  const statuses = new Map<number, number>();
  const roundsOf = Array<number>(clients).fill(0);
  const waiting = new Set<() => void>();
  let slowestMilliseconds = 0;
  let isStopping = false;

  async function call(method: string, path: string, init?: RequestInit) {
    const startedAt = performance.now();
    const answer = await api.call(method, path, init);
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - startedAt);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    return answer;
  }

  async function client(index: number): Promise<void> {
    while (!isStopping) {
      const json = { "content-type": "application/json" };
      const created = await call("POST", "/gifts", { headers: json, body: '{"amount":1}' });
      const path = created.headers.get("location") ?? "/nowhere";
      const headers = { "idempotency-key": "key-1" };
      await call("POST", `${path}/send`, { headers });
      await call("POST", `${path}/send`, { headers });
      await call("GET", path);
      roundsOf[index] = (roundsOf[index] ?? 0) + 1;
      for (const look of waiting) look();
    }
  }
  const running = Promise.all(roundsOf.map((_, index) => client(index)));

  return {
    api,
    rounds(count) {
      const goals = roundsOf.map((done) => done + count);
      const reached = new Promise<void>((resolve) => {
        const look = () => {
          if (goals.some((goal, index) => (roundsOf[index] ?? 0) < goal)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
      return Promise.race([reached, running.then(() => undefined)]);
    },
    async stop() {
      isStopping = true;
      await running;
      await api.stop();
      return { statuses, slowestMilliseconds };
    },
  };
}
