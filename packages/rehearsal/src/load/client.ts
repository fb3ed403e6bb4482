import { setTimeout as pause } from "node:timers/promises";

/** A client as docs/api.md advises: what may have failed on the way is asked again, under the same idempotency key. */
export interface Client {
  /** Creates a gift and returns its id. */
  create(message: string): Promise<string>;
  /**
   * Asks for a gift to be sent.
   * @returns the answer's body as it came, the same for every repetition
   * @throws RefusedError when another key came first
   */
  send(giftId: string, idempotencyKey: string): Promise<string>;
}

/** Longer than anything that a rehearsal breaks stays broken. */
const patienceMilliseconds = 120_000;
const requestTimeoutMilliseconds = 10_000;
const backoff = { firstMilliseconds: 100, mostMilliseconds: 2_000 };

/**
 * @param url the load balancer's
 * @param onRetry told of each request that has to be made again, and why
 * @param credentials what proves who asks, read for each request anew; none where the API asks for none
 */
export function createClient(
  url: string,
  onRetry: (err: unknown) => void,
  credentials: () => Record<string, string> = () => ({}),
): Client {
  const post = (path: string, { headers, ...init }: Post) =>
    persist(() => ask(`${url}${path}`, { ...init, headers: { ...headers, ...credentials() } }), onRetry);
  return {
    async create(message) {
      const headers = { "content-type": "application/json" };
      const answer = await post("/gifts", { headers, body: JSON.stringify({ amount: 2_500, message }) });
      const gift: unknown = JSON.parse(answer);
      if (typeof gift === "object" && gift !== null && "gift_id" in gift) return String(gift.gift_id);
      throw new Error(`the API created no gift: ${answer}`);
    },
    send: (giftId, idempotencyKey) => post(`/gifts/${giftId}/send`, { headers: { "idempotency-key": idempotencyKey } }),
  };
}

interface Post {
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** An answer that says to ask again: 429, or any 5xx, of which nobody knows whether the request took effect. */
export class AskAgainError extends Error {
  readonly status: number;
  readonly afterMilliseconds: number;

  constructor(status: number, afterMilliseconds: number) {
    super(`the API answered ${status}`);
    this.status = status;
    this.afterMilliseconds = afterMilliseconds;
  }
}

/** An answer that asking again wouldn't change. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`the API answered ${status}: ${body}`);
    this.status = status;
  }
}

async function ask(url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, { ...init, method: "POST", signal: AbortSignal.timeout(requestTimeoutMilliseconds) });
  const text = await answer.text();
  if (answer.ok) return text;
  if (answer.status !== 429 && answer.status < 500) throw new RefusedError(answer.status, text);
  throw new AskAgainError(answer.status, 1_000 * Number(answer.headers.get("retry-after") ?? 0));
}

async function persist<Answer>(call: () => Promise<Answer>, onRetry: (err: unknown) => void): Promise<Answer> {
  const deadline = Date.now() + patienceMilliseconds;
  for (let retry = 0; ; retry += 1) {
    try {
      return await call();
    } catch (err) {
      if (err instanceof RefusedError || Date.now() > deadline) throw err;
      onRetry(err);
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
