import { UnauthorizedError } from "./request-error.ts";

export const authentications = ["none", "api-key"] as const;

/** What a stage asks of a client. */
export type Authentication = (typeof authentications)[number];

/** Load balancers and ECS have no key. */
const openPaths = new Set(["/healthz", "/readyz"]);

/**
 * Lets a request pass, or refuses it before anything of it is read. Keys can't be issued yet, so where one is asked for no
 * request has a valid one: such a stage is closed rather than open to everybody.
 * @throws UnauthorizedError
 */
export function authenticate(authentication: Authentication, request: Request): void {
  if (authentication === "none" || openPaths.has(new URL(request.url).pathname)) return;
  throw new UnauthorizedError();
}
