import type { ConsumerObserver } from "@gift/queue/consumer";

const nothing = {
  received: 0,
  acknowledged: 0,
  retried: 0,
  released: 0,
  /** Handlers that threw or ran out of time; each is among `retried` or `released` too. */
  failed: 0,
  leasesLost: 0,
  acknowledgementsFailed: 0,
  pollsFailed: 0,
};

/** What a consumer has reported since it was created. */
export type ConsumerTotals = Readonly<typeof nothing>;

const counterOf = { acknowledge: "acknowledged", retry: "retried", release: "released" } as const;

/** Counts what a consumer reports, and then passes it on. */
export function createTotals(observer: Partial<ConsumerObserver> = {}) {
  const totals = { ...nothing };
  const counting: Partial<ConsumerObserver> = {
    ...observer,
    received(messages) {
      totals.received += messages.length;
      return observer.received?.(messages);
    },
    finished(message, result) {
      totals[counterOf[result.verdict.kind]] += 1;
      return observer.finished?.(message, result);
    },
    failed(message, err) {
      totals.failed += 1;
      return observer.failed?.(message, err);
    },
    leaseLost(message, err) {
      totals.leasesLost += 1;
      return observer.leaseLost?.(message, err);
    },
    acknowledgeFailed(message, err) {
      totals.acknowledgementsFailed += 1;
      return observer.acknowledgeFailed?.(message, err);
    },
    pollFailed(err, next) {
      totals.pollsFailed += 1;
      return observer.pollFailed?.(err, next);
    },
  };
  const readOnly: ConsumerTotals = totals;
  return { totals: readOnly, observer: counting };
}
