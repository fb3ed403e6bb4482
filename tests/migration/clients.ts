import { expect } from "vitest";
import type { Answer } from "../api/api.ts";
import { createRounds, type Rounds } from "./rounds.ts";

export interface ClientsOptions {
  readonly count: number;
  /** One request, to whichever API is to answer it. */
  call(method: string, path: string, init?: RequestInit): Promise<Answer>;
}

export interface Clients {
  /** Resolves once every client has seen so many gifts more become SENT. */
  rounds(count: number): Promise<void>;
  /** Ends them once their gifts are SENT, and tells what they were answered. */
  stop(): Promise<ClientsResult>;
}

export interface ClientsResult {
  readonly accepted: number;
  readonly statuses: ReadonlySet<number>;
  readonly slowestMilliseconds: number;
}

/** Clients that create, send, replay and read until their gift is SENT, without a pause until they are stopped. */
export function startClients({ count, call: answered }: ClientsOptions): Clients {
  const statuses: number[] = [];
  const rounds: Rounds = createRounds(count);
  let slowestMilliseconds = 0;
  let isStopping = false;

  async function call(method: string, path: string, init?: RequestInit) {
    const startedAt = performance.now();
    const answer = await answered(method, path, init);
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - startedAt);
    statuses.push(answer.status);
    return answer;
  }

  async function client(index: number): Promise<void> {
    while (!isStopping) {
      const json = { "content-type": "application/json" };
      const created = await call("POST", "/gifts", { headers: json, body: '{"amount":1}' });
      const path = created.headers.get("location") ?? "/nowhere";
      const headers = { "idempotency-key": "key-1" };
      const first = await call("POST", `${path}/send`, { headers });
      const replay = await call("POST", `${path}/send`, { headers });
      expect(replay.text).toBe(first.text);
      await expect
        .poll(async () => (await call("GET", path)).json.status, { timeout: 30_000, interval: 10 })
        .toBe("SENT");
      rounds.done(index);
    }
  }
  const running = Promise.all(Array.from({ length: count }, (_, index) => client(index)));

  return {
    rounds: (more) => Promise.race([rounds.more(more), running.then(() => undefined)]),
    async stop() {
      isStopping = true;
      await running;
      const accepted = statuses.filter((status) => status === 202).length;
      return { accepted, statuses: new Set(statuses), slowestMilliseconds };
    },
  };
}
