import { setTimeout as pause } from "node:timers/promises";

/** A client as docs/api.md advises: what may have failed on the way is asked again, under the same idempotency key. */
export interface Client {
  /** Creates a gift and returns its id. */
  create(message: string): Promise<string>;
  send(giftId: string, idempotencyKey: string): Promise<void>;
}

/** Longer than anything that a rehearsal breaks stays broken. */
const patienceMilliseconds = 120_000;
const requestTimeoutMilliseconds = 10_000;
const backoff = { firstMilliseconds: 100, mostMilliseconds: 2_000 };

/**
 * @param url the load balancer's
 * @param onRetry told of each request that has to be made again
 */
export function createClient(url: string, onRetry: () => void): Client {
  const post = (path: string, init: RequestInit) => persist(() => ask(`${url}${path}`, init), onRetry);
  return {
    async create(message) {
      const headers = { "content-type": "application/json" };
      const gift: unknown = await post("/gifts", { headers, body: JSON.stringify({ amount: 2_500, message }) });
      if (typeof gift === "object" && gift !== null && "gift_id" in gift) return String(gift.gift_id);
      throw new Error(`the API created no gift: ${JSON.stringify(gift)}`);
    },
    async send(giftId, idempotencyKey) {
      await post(`/gifts/${giftId}/send`, { headers: { "idempotency-key": idempotencyKey } });
    },
  };
}

/** An answer that says to ask again: 429, or any 5xx, of which nobody knows whether the request took effect. */
class AskAgainError extends Error {
  readonly afterMilliseconds: number;

  constructor(status: number, afterMilliseconds: number) {
    super(`the API answered ${status}`);
    this.afterMilliseconds = afterMilliseconds;
  }
}

/** An answer that asking again wouldn't change. */
class RefusedError extends Error {}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  const answer = await fetch(url, { ...init, method: "POST", signal: AbortSignal.timeout(requestTimeoutMilliseconds) });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  if (answer.status !== 429 && answer.status < 500)
    throw new RefusedError(`the API answered ${answer.status}: ${text}`);
  throw new AskAgainError(answer.status, 1_000 * Number(answer.headers.get("retry-after") ?? 0));
}

async function persist<Answer>(call: () => Promise<Answer>, onRetry: () => void): Promise<Answer> {
  const deadline = Date.now() + patienceMilliseconds;
  for (let retry = 0; ; retry += 1) {
    try {
      return await call();
    } catch (err) {
      if (err instanceof RefusedError || Date.now() > deadline) throw err;
      onRetry();
      await pause(pauseMilliseconds(err, retry));
    }
  }
}

/** What the API asks for, or exponential; a part of it by chance, so that clients don't come back together. */
function pauseMilliseconds(err: unknown, retry: number): number {
  const most = Math.min(backoff.firstMilliseconds * 2 ** retry, backoff.mostMilliseconds);
  const asked = err instanceof AskAgainError ? err.afterMilliseconds : 0;
  return Math.max(asked, most / 2) + (Math.random() * most) / 2;
}
