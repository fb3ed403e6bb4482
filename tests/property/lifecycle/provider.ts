import { setTimeout as sleep } from "node:timers/promises";
import { providerSeconds } from "@gift/core/send-attempt/effect";
import type { Sender } from "@gift/worker/sender/sender";
import { SendError } from "@gift/worker/sender/sender.errors";
import type { VirtualClock } from "../../support/virtual-time/clock.ts";
import { outside } from "../../support/virtual-time/process.ts";
import type { Random } from "../../support/virtual-time/random.ts";
import type { ProviderFaults } from "./program.ts";

/** What the provider did, on its own record. */
export interface Effect {
  readonly key: string;
  readonly giftId: string;
  readonly at: number;
}

export interface Provider {
  readonly sender: Sender;
  readonly effects: readonly Effect[];
  faults: ProviderFaults;
}

export const kindProvider: ProviderFaults = { unavailable: 0, answerLost: 0, refused: 0, slow: 0 };

/** From 5 s to as long as a provider may, the longer the likelier: what matters happens after we have hung up. */
const slowMilliseconds = (random: number) => 5_000 + Math.sqrt(random) * (providerSeconds * 1_000 - 5_000);

/**
 * A third party: a key takes effect once, the caller's death changes nothing about a call under way, a call is worked
 * on as long as the contract allows, and much goes wrong.
 */
export function createProvider(clock: VirtualClock, random: Random, faults: ProviderFaults): Provider {
  const effects: Effect[] = [];
  const happens = (share: number) => random() < share;

  function deliver(key: string, giftId: string): { reference: string } {
    const { unavailable, refused, answerLost } = provider.faults;
    const isKnown = effects.some((effect) => effect.key === key);
    if (!isKnown && happens(unavailable)) throw new SendError("PROVIDER_UNAVAILABLE");
    if (!isKnown && happens(refused)) throw new SendError("PROVIDER_REFUSED");
    if (!isKnown) effects.push({ key, giftId, at: clock.now() });
    if (happens(answerLost)) throw new SendError("PROVIDER_RESPONSE_LOST");
    return { reference: `reference of ${key}` };
  }

  /** Whatever the caller does meanwhile, the call arrives; its answer reaches a caller that is still there. */
  async function call<Answer>(signal: AbortSignal, answer: () => Answer): Promise<Answer> {
    const milliseconds = happens(provider.faults.slow) ? slowMilliseconds(random()) : 2 + random() * 10;
    const answered = outside(() => sleep(milliseconds).then(answer));
    answered.catch(() => undefined);
    // The caller's own timer, so that a frozen caller reads its answer after the thaw.
    await sleep(milliseconds + 1, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    return await answered;
  }

  const provider: Provider = {
    faults,
    effects,
    sender: {
      send: ({ idempotencyKey, giftId, signal }) => call(signal, () => deliver(idempotencyKey, giftId)),
      find: (key, signal) =>
        call(signal, () => {
          return effects.some((effect) => effect.key === key) ? { reference: `reference of ${key}` } : undefined;
        }),
      close: () => Promise.resolve(),
    },
  };
  return provider;
}
