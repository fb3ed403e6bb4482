export interface PaceOptions {
  /** From the first letter to its message, so that a burst's first message shows that it is one. Default 1,000. */
  readonly gatherMilliseconds?: number;
  /** Between a message and the next one that has a new error. Default 60,000. */
  readonly newErrorMilliseconds?: number;
  /** Between a message and the next one that only counts. Default 300,000: a person reads twelve an hour at most. */
  readonly knownErrorMilliseconds?: number;
  /** After a failure, doubled with each further one up to 15 minutes. Default 10,000. */
  readonly retryMilliseconds?: number;
}

export interface Waiting {
  letters(): number;
  hasNewError(): boolean;
}

export interface NotificationPace {
  /** Says that something waits now. */
  waits(): void;
  /** Milliseconds until the next message may leave; 0 when it may, Infinity when there is none. */
  pauseBefore(waiting: Waiting): number;
  delivered(): void;
  /** @param retryAfterMilliseconds when the other side said how long to leave it alone */
  failed(retryAfterMilliseconds?: number): void;
  /** Whether the other side wants to be left alone, also by the last message of a process that ends. */
  isAskedToWait(): boolean;
}

const mostRetryMilliseconds = 900_000;

/** A wait longer than this is a mistake of the other side's, and would silence us for good. */
const mostAskedMilliseconds = 3_600_000;

/**
 * Creates the rule of when a message may leave: the first at once, then one per interval, and fewer while they fail.
 * @param now monotonic milliseconds
 */
export function createNotificationPace(options: PaceOptions = {}, now = () => performance.now()): NotificationPace {
  const { gatherMilliseconds = 1_000, newErrorMilliseconds = 60_000, knownErrorMilliseconds = 300_000 } = options;
  const { retryMilliseconds = 10_000 } = options;
  let waitsSince: number | undefined;
  let deliveredAt = Number.NEGATIVE_INFINITY;
  let askedUntil = Number.NEGATIVE_INFINITY;
  let retryAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  return {
    waits() {
      waitsSince ??= now();
    },
    pauseBefore(waiting) {
      if (waiting.letters() === 0 || waitsSince === undefined) return Number.POSITIVE_INFINITY;
      const interval = waiting.hasNewError() ? newErrorMilliseconds : knownErrorMilliseconds;
      const due = Math.max(waitsSince + gatherMilliseconds, deliveredAt + interval, askedUntil, retryAt);
      return Math.max(0, due - now());
    },
    delivered() {
      waitsSince = undefined;
      failures = 0;
      deliveredAt = now();
    },
    failed(retryAfterMilliseconds) {
      const backoff = Math.min(retryMilliseconds * 2 ** failures, mostRetryMilliseconds);
      failures += 1;
      if (retryAfterMilliseconds === undefined) retryAt = now() + backoff;
      else askedUntil = now() + Math.min(Math.max(retryAfterMilliseconds, 0), mostAskedMilliseconds);
    },
    isAskedToWait: () => askedUntil > now(),
  };
}
