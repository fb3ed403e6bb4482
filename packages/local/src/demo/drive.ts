import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { GiftClient } from "./client.ts";
import { createLimit } from "./limit.ts";
import type { Tally } from "./tally.ts";

export interface DriveOptions {
  readonly client: GiftClient;
  readonly gifts: number;
  /** Gifts started per second, whether earlier ones are done or not: as independent clients would. */
  readonly ratePerSecond: number;
  /** Ends everything early, e.g. at Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * A gift is first looked at when it is likely to be done, then ever less often: most cost one look, and the few that
 * are retried for a minute don't cost a request each second.
 */
const look = { firstMilliseconds: 400, factor: 1.6, mostMilliseconds: 5_000, atOnce: 16 };

/** Without any gift reaching its end for this long, waiting on is no use. */
const patienceMilliseconds = 300_000;

/** Creates gifts, sends each and follows it to its outcome, counting in the tally. Resolves when nothing is left. */
export async function drive(options: DriveOptions, tally: Tally): Promise<void> {
  const patience = new AbortController();
  const signal = AbortSignal.any([options.signal, patience.signal]);
  let impatience = setTimeout(() => patience.abort(), patienceMilliseconds);
  const progressed = () => {
    clearTimeout(impatience);
    impatience = setTimeout(() => patience.abort(), patienceMilliseconds);
  };
  const limit = createLimit(look.atOnce);
  const journeys: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < options.gifts; index += 1) {
    const dueIn = startedAt + (index * 1_000) / options.ratePerSecond - performance.now();
    if (dueIn > 0) await pause(dueIn, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    tally.begun += 1;
    const journey = oneGift(options.client, index, limit, tally, signal).then(progressed, (err: unknown) => {
      if (!options.signal.aborted) tally.firstError ??= err instanceof Error ? err.message : String(err);
    });
    journeys.push(journey);
  }
  await Promise.race([Promise.all(journeys), aborted(signal)]);
  clearTimeout(impatience);
  tally.isInterrupted = options.signal.aborted;
}

async function oneGift(
  client: GiftClient,
  index: number,
  limit: ReturnType<typeof createLimit>,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const giftId = await client.create(100 + (index % 900), `Gift ${index + 1} of the demo`);
  tally.created += 1;
  const acceptedAt = await client.send(giftId, randomUUID());
  tally.accepted += 1;
  for (let wait = look.firstMilliseconds; ; wait = Math.min(wait * look.factor, look.mostMilliseconds)) {
    await pause(wait, undefined, { signal });
    const gift = await limit(() => client.find(giftId));
    if (gift.status === "FAILED") {
      tally.failed += 1;
      return;
    }
    if (gift.status === "SENT") {
      tally.sent += 1;
      tally.latenciesMilliseconds.push(gift.updatedAtMilliseconds - acceptedAt);
      return;
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
