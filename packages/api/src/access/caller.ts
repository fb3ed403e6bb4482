import type { ApiKeyScope } from "@gift/core/api-key/api-key";
import type { VerifiedKey } from "@gift/core/api-key/verify";
import type { Owner } from "@gift/core/gift/owner";
import { UnauthorizedError } from "../error/request-error.ts";

/** Who asks for gifts. */
export interface Client {
  /** Whose gifts it reaches. */
  readonly owner: Owner;
  /** Whose a gift that it creates will be. */
  readonly clientId: string | null;
}

const verifiedKey = Symbol("verified key");

/** On the request itself: a WeakMap of requests costs 1 µs each, most of it in the garbage collector. */
interface Verified extends Request {
  [verifiedKey]?: VerifiedKey | null;
}

/** Notes whose key a request carries, once it has been verified; null where none is asked for. */
export function attachKey(request: Verified, key: VerifiedKey | null): void {
  request[verifiedKey] = key;
}

/**
 * Who asks. The only way for a route to learn whose gifts it may touch: a route that the check was forgotten for, or
 * that runs before the check has ended, gets no client but an error.
 * @throws UnauthorizedError for a key of operators; Error for a request whose key was never verified
 */
export function clientOf(request: Request): Client {
  const key = keyWithScope(request, "client");
  return key ? { owner: { clientId: key.clientId }, clientId: key.clientId } : { owner: "anybody", clientId: null };
}

/**
 * The operator's name in audits: `client:prefix` of the key.
 * @throws UnauthorizedError for a key of clients and for none, whatever the stage asks of clients; Error for a request
 * whose key was never verified
 */
export function operatorOf(request: Request): string {
  const key = keyWithScope(request, "operator");
  if (!key) throw new UnauthorizedError();
  return `${key.clientId}:${key.prefix}`;
}

function keyWithScope(request: Verified, scope: ApiKeyScope): VerifiedKey | null {
  const key = request[verifiedKey];
  if (key === undefined) throw new Error("the request's key was not verified");
  if (key?.scopes.includes(scope) === false) throw new UnauthorizedError();
  return key;
}
