import type { RateLimitState } from "./rate-limit.ts";

/** Both headers of draft-ietf-httpapi-ratelimit-headers-10: the limit, and what is left of it. */
export function rateLimitHeaders(state: RateLimitState): Record<"ratelimit-policy" | "ratelimit", string> {
  return {
    "ratelimit-policy": `"key";q=${state.limitPerMinute};w=60`,
    ratelimit: `"key";r=${state.remaining};t=${state.resetSeconds}`,
  };
}
