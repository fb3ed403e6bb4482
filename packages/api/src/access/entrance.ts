import type { Dependencies } from "../dependencies.ts";
import { PayloadTooLargeError, RateLimitedError } from "../error/request-error.ts";
import { isHealthPath } from "../http/health-check.ts";
import { maxBodyBytes } from "../http/limit.ts";
import { transportSecurity } from "../http/security-header.ts";
import { type Authenticate, createAuthenticate } from "./authentication.ts";
import { attachKey } from "./caller.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limit.ts";
import { rateLimitHeaders } from "./rate-limit-header.ts";
import { routedPathOf } from "./routed-path.ts";

interface Arrival {
  readonly request: Request;
  readonly set: { readonly headers: object };
}

/**
 * What every request passes before it is routed, unknown routes included: who asks, how often, how much.
 * @returns a hook, which must be an `async` function: Elysia awaits what it takes for one by its source
 */
export function createEntrance({ authentication, db, log }: Pick<Dependencies, "authentication" | "db" | "log">) {
  const authenticate: Authenticate = createAuthenticate(authentication, db, log);
  const limiter: RateLimiter = createRateLimiter();
  return async ({ request, set }: Arrival): Promise<void> => {
    Object.assign(set.headers, transportSecurity(request));
    // Load balancers and ECS have no key.
    if (isHealthPath(routedPathOf(request))) return;
    const key = await authenticate(request);
    if (key) {
      const state = limiter.take(key);
      Object.assign(set.headers, rateLimitHeaders(state));
      if (!state.isAllowed) throw new RateLimitedError(state.retryAfterSeconds);
    }
    if (Number(request.headers.get("content-length")) > maxBodyBytes) throw new PayloadTooLargeError();
    attachKey(request, key);
  };
}
