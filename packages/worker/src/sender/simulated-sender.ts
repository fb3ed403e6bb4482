import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { parseTestValue, type TestValue } from "@gift/core/gift/test-value";
import { providerSeconds } from "@gift/core/send-attempt/effect";
import type { SendErrorCode } from "@gift/core/send-attempt/send-error";
import type { Kysely } from "kysely";
import { readReference, recordCall } from "./provider-record.ts";
import { SendError } from "./sender.errors.ts";
import type { SendCall, Sender } from "./sender.ts";

export interface SimulatedSenderOptions {
  /** The provider's own connections, closed with the sender. */
  readonly db: Kysely<Database>;
  /** Share of calls that fail, 0 to 1. Gifts with a test value are exempt, so that they behave as documented. */
  readonly failureRate: number;
  readonly areTestValuesAllowed: boolean;
  /** Bounds of a call's latency in milliseconds. Default 2 to 12. */
  readonly latency?: { readonly least: number; readonly most: number };
  /** A number in [0, 1); injected to make tests deterministic. */
  random?(): number;
}

/** How one call goes. */
interface Course {
  readonly milliseconds: number;
  /** See ProviderCall. */
  readonly effectiveAfterCalls: number | null;
  /** What the caller sees although the call may have taken effect. */
  readonly error?: SendErrorCode;
}

/** Of the failures by rate, this share loses the answer after the effect: the case that the idempotency key is for. */
const lostShare = 0.2;

/**
 * A provider that delivers nothing and keeps a record of everything in `simulated_provider.sends`.
 * @param options connections, failure rate and whether gifts may carry test values
 */
export function createSimulatedSender(options: SimulatedSenderOptions): Sender {
  const random = options.random ?? Math.random;
  const { least, most } = options.latency ?? { least: 2, most: 12 };

  function courseOf(call: SendCall): Course {
    const milliseconds = least + random() * (most - least);
    const value = options.areTestValuesAllowed ? parseTestValue(call.message) : undefined;
    return { milliseconds, ...(value ? courseOfTestValue(value) : courseByRate(options.failureRate, random)) };
  }

  return {
    async send(call) {
      const course = courseOf(call);
      const calledAt = performance.now();
      await latency(course.milliseconds, call.signal);
      // It is frozen with its caller, which no real one is: after a thaw it keeps to what a real one promises.
      if (performance.now() - calledAt > providerSeconds * 1_000) throw new SendError("PROVIDER_TIMEOUT");
      const reference = await recordCall(options.db, { ...call, ...course });
      if (course.error) throw new SendError(course.error);
      if (reference === null) throw new SendError("PROVIDER_UNAVAILABLE");
      return { reference };
    },
    async find(idempotencyKey, signal) {
      await latency(least + random() * (most - least), signal);
      const reference = await readReference(options.db, idempotencyKey);
      return reference === null ? undefined : { reference };
    },
    close: () => options.db.destroy(),
  };
}

function courseOfTestValue(value: TestValue): Partial<Course> & Omit<Course, "milliseconds"> {
  if (value.kind === "fail-always") return { effectiveAfterCalls: null };
  if (value.kind === "permanent") return { effectiveAfterCalls: null, error: "PROVIDER_REFUSED" };
  if (value.kind === "fail-first") return { effectiveAfterCalls: value.calls };
  return { effectiveAfterCalls: 0, milliseconds: value.milliseconds };
}

function courseByRate(failureRate: number, random: () => number): Omit<Course, "milliseconds"> {
  if (random() >= failureRate) return { effectiveAfterCalls: 0 };
  if (random() < lostShare) return { effectiveAfterCalls: 0, error: "PROVIDER_RESPONSE_LOST" };
  return { effectiveAfterCalls: null, error: "PROVIDER_UNAVAILABLE" };
}

/** Rejects with the signal's own reason, which says who aborted; the timer's AbortError doesn't. */
async function latency(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
