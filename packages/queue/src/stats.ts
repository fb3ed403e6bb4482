import type { CircuitState } from "./circuit.ts";
import type { ConsumerObserver } from "./observer.ts";

/** Counts since the consumer was created. */
export interface ConsumerTotals {
  received: number;
  acknowledged: number;
  retried: number;
  released: number;
  /** Handlers that threw or ran out of time; each is among `retried` or `released` too. */
  failed: number;
  leasesLost: number;
  acknowledgementsFailed: number;
  pollsFailed: number;
}

export type ConsumerPhase = "created" | "starting" | "running" | "stopping" | "stopped";

export interface ConsumerStats {
  readonly phase: ConsumerPhase;
  readonly circuit: CircuitState;
  /** Slots in use. */
  readonly running: number;
  readonly buffered: number;
  readonly openPolls: number;
  /** Settled messages that SQS hasn't confirmed yet. */
  readonly unconfirmed: number;
  /** When SQS last answered a poll: a health check compares it with waitTimeSeconds plus slack. */
  readonly lastPollAt: Date | undefined;
  readonly totals: Readonly<ConsumerTotals>;
}

const counterOf = { acknowledge: "acknowledged", retry: "retried", release: "released" } as const;

/** Keeps the totals by observing the consumer, as anyone else does. */
export function createTotals(): { totals: ConsumerTotals; observer: Partial<ConsumerObserver> } {
  const totals: ConsumerTotals = {
    received: 0,
    acknowledged: 0,
    retried: 0,
    released: 0,
    failed: 0,
    leasesLost: 0,
    acknowledgementsFailed: 0,
    pollsFailed: 0,
  };
  const add = (counter: keyof ConsumerTotals, count = 1) => {
    totals[counter] += count;
  };
  const observer: Partial<ConsumerObserver> = {
    received: (messages) => add("received", messages.length),
    finished: (_message, { verdict }) => add(counterOf[verdict.kind]),
    failed: () => add("failed"),
    leaseLost: () => add("leasesLost"),
    acknowledgeFailed: () => add("acknowledgementsFailed"),
    pollFailed: () => add("pollsFailed"),
  };
  return { totals, observer };
}
