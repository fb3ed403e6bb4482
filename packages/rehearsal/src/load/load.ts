import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "./client.ts";

export interface LoadOptions {
  /** The load balancer's address. */
  readonly url: string;
  /** Gifts created and sent per second, whether earlier ones are done or not: as independent clients would. */
  readonly ratePerSecond: number;
}

/** Clients that create gifts and send them, and ask again under the same key when a request fails. */
export interface Load {
  /** Gifts whose send a client was told to be accepted. */
  readonly accepted: ReadonlySet<string>;
  /** Those of them whose client had to ask again. */
  readonly delayed: ReadonlySet<string>;
  /** Requests that clients made again so far: each is one that failed. */
  retries(): number;
  /** From now on gifts carry this message, e.g. a test value of the simulated provider; undefined ends it. */
  sayOnGifts(message: string | undefined): void;
  /** Sends so many more at once. */
  burst(gifts: number): Promise<void>;
  /**
   * Starts no more gifts; resolves when every one of them is accepted.
   * @throws Error naming the first client that gave up, after a minute of asking again
   */
  stop(): Promise<void>;
  /** Starts no more gifts and waits for none. */
  abandon(): void;
}

/** Of a burst; more at once would be a load test of this machine. */
const burstClients = 16;

/** Starts a steady load. */
export function startLoad({ url, ratePerSecond }: LoadOptions): Load {
  const accepted = new Set<string>();
  const delayed = new Set<string>();
  const stopping = new AbortController();
  const journeys: Promise<void>[] = [];
  let retries = 0;
  let message: string | undefined;

  async function sendOne(): Promise<void> {
    let isDelayed = false;
    const client = createClient(url, () => {
      retries += 1;
      isDelayed = true;
    });
    const giftId = await client.create(message ?? "A gift of the rehearsal");
    await client.send(giftId, randomUUID());
    accepted.add(giftId);
    if (isDelayed) delayed.add(giftId);
  }

  async function run(): Promise<void> {
    const startedAt = performance.now();
    for (let index = 0; !stopping.signal.aborted; index += 1) {
      const journey = sendOne();
      // Reported by stop(), which awaits it.
      journey.catch(() => undefined);
      journeys.push(journey);
      const dueIn = startedAt + ((index + 1) * 1_000) / ratePerSecond - performance.now();
      if (dueIn > 0) await pause(dueIn, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    accepted,
    delayed,
    retries: () => retries,
    sayOnGifts(text) {
      message = text;
    },
    async burst(gifts) {
      let left = gifts;
      const oneClient = async () => {
        while (left-- > 0) await sendOne();
      };
      await Promise.all(Array.from({ length: burstClients }, oneClient));
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(journeys);
    },
    abandon: () => stopping.abort(),
  };
}
