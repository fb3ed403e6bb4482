import { parseKey } from "@gift/core/api-key/credential";
import { createKeyVerifier, type VerifiedKey } from "@gift/core/api-key/verify";
import type { Database } from "@gift/core/database/database";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import type { Kysely } from "kysely";
import { UnauthorizedError } from "../error/request-error.ts";
import { createKeyMemory } from "./key-memory.ts";
import { isOperatorPath, routedPathOf } from "./routed-path.ts";

export const authentications = ["none", "api-key"] as const;

/** What a stage asks of a client; of an operator each asks for a key. */
export type Authentication = (typeof authentications)[number];

/** Says whose key a request carries; null where none is asked for. */
export type Authenticate = (request: Request) => Promise<VerifiedKey | null>;

/**
 * Creates the check that every request but health checks passes.
 * @param authentication what the stage asks for
 * @param db where keys are; away, nobody whose key isn't in memory passes
 * @param log is told of uses that can't be written, for which nobody waits
 * @returns a check that rejects with UnauthorizedError, which never says why, or with whatever the database says
 */
export function createAuthenticate(authentication: Authentication, db: Kysely<Database>, log: Log): Authenticate {
  const onUseUnrecorded = (err: unknown) => log("api_key.use_unrecorded", errorFields(err));
  const memory = createKeyMemory(createKeyVerifier(db, { onUseUnrecorded }));
  return async (request) => {
    if (authentication === "none" && !isOperatorPath(routedPathOf(request))) return null;
    const presented = parseKey(bearerOf(request) ?? "");
    const key = presented && (await memory.verify(presented));
    if (!key) throw new UnauthorizedError();
    return key;
  };
}

/** RFC 6750, section 2.1; the scheme's case doesn't count (RFC 9110, section 11.1). */
function bearerOf(request: Request): string | undefined {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  return token;
}
