import type { OpenReason } from "./circuit.ts";
import type { LeaseLostError } from "./error.ts";
import type { Message } from "./message.ts";
import type { Verdict } from "./verdict.ts";

/** What a consumer reports. Each function is optional; one that throws or rejects changes nothing for the consumer. */
export interface ConsumerObserver {
  /** A poll returned these messages. */
  received(messages: readonly Message[]): void;
  /** The message's fate is decided; a `retry` carries the delay that was chosen. */
  finished(message: Message, result: { verdict: Verdict; durationMilliseconds: number }): void;
  /** The handler threw or ran out of time; `finished` follows. */
  failed(message: Message, err: unknown): void;
  leaseLost(message: Message, err: LeaseLostError): void;
  /** A delete or visibility change was given up; SQS will hand the message out again. */
  acknowledgeFailed(message: Message, err: unknown): void;
  pollFailed(err: unknown, next: { retryAfterMilliseconds: number }): void;
  /** `err` is what the message that decided it threw; undefined when its handler asked for a retry. */
  circuitOpened(cause: { reason: OpenReason; err: unknown }): void;
  circuitClosed(pause: { openMilliseconds: number }): void;
}

/** Tells the observer; `tell((observer) => observer.received?.(messages))`. */
export type Tell = (event: (observer: Partial<ConsumerObserver>) => unknown) => void;

/** Creates a teller that shields the consumer from its observer's errors. */
export function createTell(observer: Partial<ConsumerObserver> = {}): Tell {
  return (event) => {
    try {
      const returned = event(observer);
      // An async observer is assignable to these signatures; its rejection must not end the process.
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch {
      // Whoever observes can't be told that observing failed.
    }
  };
}
