import { type Authenticate, createAuthenticate } from "./authentication.ts";
import { admit } from "./caller.ts";
import type { Dependencies } from "./dependencies.ts";
import { maxBodyBytes } from "./limit.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limit.ts";
import { rateLimitHeaders } from "./rate-limit-header.ts";
import { PayloadTooLargeError, RateLimitedError } from "./request-error.ts";
import { transportSecurity } from "./security-header.ts";

/** Load balancers and ECS have no key. */
export const openPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

interface Arrival {
  readonly request: Request;
  readonly set: { readonly headers: object };
}

/**
 * What every request passes before it is routed, unknown routes included: who asks, how often, how much.
 * @returns a hook, which must be an `async` function: Elysia awaits what it takes for one by its source
 */
export function createEntrance({ authentication, db }: Pick<Dependencies, "authentication" | "db">) {
  const authenticate: Authenticate = createAuthenticate(authentication, db);
  const limiter: RateLimiter = createRateLimiter();
  return async ({ request, set }: Arrival): Promise<void> => {
    Object.assign(set.headers, transportSecurity(request));
    if (openPaths.has(pathOf(request))) return;
    const key = await authenticate(request);
    if (key) {
      const state = limiter.take(key);
      Object.assign(set.headers, rateLimitHeaders(state));
      if (!state.isAllowed) throw new RateLimitedError(state.retryAfterSeconds);
    }
    if (Number(request.headers.get("content-length")) > maxBodyBytes) throw new PayloadTooLargeError();
    admit(request, key);
  };
}

/**
 * As Elysia's router reads it (with `standardHostname: false`) and not as `URL` does, which takes `..` and escapes away:
 * what is open here must not be another route there.
 */
function pathOf({ url }: Request): string {
  const start = url.indexOf("/", 7);
  const end = url.indexOf("?", start);
  return url.slice(start, end === -1 ? undefined : end);
}
