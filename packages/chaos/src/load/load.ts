import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { RefusedError } from "@gift/rehearsal/load/client";
import type { ClientKey } from "../access/client-key.ts";
import { oneOf } from "../one-of.ts";
import { Answers } from "./answers.ts";
import { type GiftPlan, nextGift } from "./mix.ts";
import { Senders } from "./senders.ts";

export interface LoadOptions {
  readonly url: string;
  readonly giftsPerSecond: number;
  /** Whose gifts they are; each takes its turn by chance. */
  readonly clients: readonly ClientKey[];
  /** In [0, 1): what gifts say and how their clients ask. */
  random(): number;
}

/** Clients that create gifts and send them, and repeat each request under its key until it is answered. */
export interface Load {
  readonly answers: Answers;
  /** Who created a gift, by its id. */
  readonly owners: ReadonlyMap<string, ClientKey>;
  /** Gifts begun so far. */
  begun(): number;
  /** Requests made again: each is one that failed. */
  retries(): number;
  /** Rivals' keys that were refused with 409. */
  refusals(): number;
  /** Answers that docs/api.md doesn't promise: 500, and 409 without a rival. */
  problems(): readonly string[];
  /**
   * Begins no more gifts; resolves when every request is answered.
   * @throws Error naming the first client that gave up
   */
  stop(): Promise<void>;
  /** Asks every accepted key once more: the answers are compared with the first ones. Returns how many there were. */
  replay(): Promise<number>;
}

const replayingClients = 16;

/** Starts a steady load. */
export function startLoad({ url, giftsPerSecond, clients, random }: LoadOptions): Load {
  const answers = new Answers();
  const senders = new Senders(url, clients);
  const stopping = new AbortController();
  const journeys: Promise<unknown>[] = [];
  const problems: string[] = [];
  let refusals = 0;
  async function ask(giftId: string, key: string, hasRival: boolean): Promise<void> {
    try {
      answers.add(giftId, key, await senders.send(giftId, key));
    } catch (err) {
      if (!(err instanceof RefusedError && err.status === 409)) throw err;
      if (hasRival) refusals += 1;
      else problems.push(`the only key of gift ${giftId} was refused: ${err.message}`);
    }
  }

  async function sendOne({ message, copies, hasRival }: GiftPlan): Promise<void> {
    const giftId = await senders.create(oneOf(clients, random), message);
    const key = randomUUID();
    const keys = [...Array.from({ length: copies }, () => key), ...(hasRival ? [randomUUID()] : [])];
    await Promise.all(keys.map((each) => ask(giftId, each, hasRival)));
  }

  async function run(): Promise<void> {
    const startedAt = performance.now();
    while (!stopping.signal.aborted) {
      const journey = sendOne(nextGift(random));
      // Reported by stop(), which awaits it.
      journey.catch(() => undefined);
      journeys.push(journey);
      const dueIn = startedAt + (journeys.length * 1_000) / giftsPerSecond - performance.now();
      if (dueIn > 0) await pause(dueIn, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    answers,
    owners: senders.owners,
    begun: () => journeys.length,
    retries: () => senders.retries,
    refusals: () => refusals,
    problems: () => [...senders.problems, ...problems],
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(journeys);
    },
    async replay() {
      const keys = [...answers.keys];
      const count = keys.length;
      const oneClient = async () => {
        for (let next = keys.pop(); next; next = keys.pop())
          answers.add(next.giftId, next.key, await senders.send(next.giftId, next.key));
      };
      await Promise.all(Array.from({ length: replayingClients }, oneClient));
      return count;
    },
  };
}
