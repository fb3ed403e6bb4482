import type { VerifiedKey } from "@gift/core/api-key/verify";

/** For keys without a limit of their own: 20 a second on average. */
export const defaultRateLimitPerMinute = 1_200;

/** Keys counted at once, about 100 bytes each; beyond it the one that was idle for longest starts anew. */
const mostBuckets = 10_000;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

export interface RateLimitState {
  readonly isAllowed: boolean;
  readonly limitPerMinute: number;
  /** Requests left now. */
  readonly remaining: number;
  /** Until nothing of the limit is used. */
  readonly resetSeconds: number;
  /** Until the next request is allowed; 0 when it is now. */
  readonly retryAfterSeconds: number;
}

export interface RateLimiter {
  /** Counts a request of this key, unless it is over its limit. */
  take(key: Pick<VerifiedKey, "id" | "rateLimitPerMinute">): RateLimitState;
}

/**
 * A token bucket per key: a minute's requests at once at most, and as many per minute for as long as it takes. It
 * counts this process's requests (docs/decisions/0022-rate-limit-per-task.md).
 * @param now milliseconds on a clock that never goes back
 */
export function createRateLimiter(now: () => number = () => performance.now()): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take({ id, rateLimitPerMinute }) {
      const limit = rateLimitPerMinute ?? defaultRateLimitPerMinute;
      const at = now();
      const tokens = refilled(buckets.get(id), limit, at);
      const isAllowed = tokens >= 1;
      const left = isAllowed ? tokens - 1 : tokens;
      keep(buckets, id, { tokens: left, at });
      return stateOf({ isAllowed, limit, left });
    },
  };
}

function refilled(bucket: Bucket | undefined, limit: number, at: number): number {
  return bucket ? Math.min(limit, bucket.tokens + ((at - bucket.at) * limit) / 60_000) : limit;
}

function stateOf({ isAllowed, limit, left }: { isAllowed: boolean; limit: number; left: number }): RateLimitState {
  const secondsFor = (tokens: number) => Math.ceil((tokens * 60) / limit);
  return {
    isAllowed,
    limitPerMinute: limit,
    remaining: Math.floor(left),
    resetSeconds: secondsFor(limit - left),
    retryAfterSeconds: isAllowed ? 0 : secondsFor(1 - left),
  };
}

/** Taken out and put in again: the first of a map is then the one that was idle for longest. */
function keep(buckets: Map<string, Bucket>, id: string, bucket: Bucket): void {
  buckets.delete(id);
  buckets.set(id, bucket);
  const [idlest] = buckets.size > mostBuckets ? buckets.keys() : [];
  if (idlest !== undefined) buckets.delete(idlest);
}
