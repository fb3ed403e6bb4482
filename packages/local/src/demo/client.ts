import { treaty } from "@elysiajs/eden";
import type { App } from "@gift/api/app";
import { persist, UnavailableError } from "./persist.ts";

/** A gift as the demo sees it through the API. */
export interface GiftNow {
  readonly status: "CREATED" | "QUEUED" | "SENT" | "FAILED";
  readonly updatedAtMilliseconds: number;
}

export interface GiftClient {
  /** Whether an API answers at the address. */
  isThere(): Promise<boolean>;
  /** Creates a gift and returns its id. */
  create(amount: number, message: string): Promise<string>;
  /** Asks for a gift to be sent, and returns when the accepted request left here (Unix milliseconds). */
  send(giftId: string, idempotencyKey: string): Promise<number>;
  find(giftId: string): Promise<GiftNow>;
}

const requestTimeoutMilliseconds = 10_000;

/**
 * A client of the API, typed by it, that asks again while the API is away or busy.
 * @param address e.g. `http://127.0.0.1:3000`
 * @param onRetry told of each answer that made it ask again
 */
export function createGiftClient(address: string, onRetry: () => void): GiftClient {
  // Timestamps stay text, as the API's types say; by default Eden makes dates of them at run time.
  const api = treaty<App>(address, { parseDate: false });
  const fetch = () => ({ signal: AbortSignal.timeout(requestTimeoutMilliseconds) });
  return {
    isThere: () =>
      api.healthz.get({ fetch: fetch() }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    create: (amount, message) =>
      persist(async () => unwrap(await api.gifts.post({ amount, message }, { fetch: fetch() })).gift_id, onRetry),
    async send(giftId, idempotencyKey) {
      let firstLeft: number | undefined;
      return persist(async () => {
        const left = Date.now();
        firstLeft ??= left;
        const headers = { "idempotency-key": idempotencyKey };
        const answer = await api.gifts({ gift_id: giftId }).send.post(undefined, { headers, fetch: fetch() });
        unwrap(answer);
        // 200 replays an earlier request of ours, whose own answer was lost.
        return answer.status === 202 ? left : firstLeft;
      }, onRetry);
    },
    find: (giftId) =>
      persist(async () => {
        const gift = unwrap(await api.gifts({ gift_id: giftId }).get({ fetch: fetch() }));
        return { status: gift.status, updatedAtMilliseconds: Date.parse(gift.updated_at) };
      }, onRetry),
  };
}

type Answer<Data> =
  | { readonly data: Data; readonly error: null; readonly response: Response }
  | {
      readonly data: null;
      readonly error: { readonly status: unknown; readonly value: unknown };
      readonly response?: Response | undefined;
    };

/** Eden answers 503 for a connection that failed, too. */
function unwrap<Data>(answer: Answer<Data>): NonNullable<Data> {
  if (answer.error === null && answer.data !== null && answer.data !== undefined) return answer.data;
  const status = answer.error?.status;
  if (status === 503 || status === 429)
    throw new UnavailableError(Number(answer.response?.headers.get("retry-after") ?? Number.NaN));
  throw new Error(`the API answered ${String(status)}: ${JSON.stringify(answer.error?.value)}`);
}
