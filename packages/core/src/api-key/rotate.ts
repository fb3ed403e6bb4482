import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { ApiKeyEndedError, ApiKeyReplacedError } from "./api-key.errors.ts";
import type { ApiKey } from "./api-key.ts";
import { createApiKey } from "./create.ts";
import type { Verifier } from "./credential.ts";
import { findApiKey } from "./list.ts";

export interface Rotation {
  /** The visible part of the key to be replaced. */
  readonly prefix: string;
  /** Of the new key. */
  readonly verifier: Verifier;
  /** How long both are valid, so that a client can change over without a failed request. */
  readonly overlapSeconds: number;
  /** When the new key ends; the old one's end, or none where that had none, unless given. */
  readonly expiresAt?: Date | undefined;
  readonly operator: string;
}

/**
 * Gives a client a new key with the rights and the end of an old one, which ends after the overlap now (or earlier,
 * where it had an end).
 * @param trx a transaction of its own
 * @returns both, as they are now
 * @throws ApiKeyNotFoundError, ApiKeyEndedError, ApiKeyReplacedError, ApiKeyExistsError
 */
export async function rotateApiKey(
  trx: Transaction<Database>,
  { prefix, verifier, overlapSeconds, expiresAt, operator }: Rotation,
): Promise<{ created: ApiKey; replaced: ApiKey }> {
  // Not `for update`, which a first use would wait for: it refers to this row.
  await sql`select from api_keys where prefix = ${prefix} for no key update`.execute(trx);
  const old = await findApiKey(trx, prefix);
  if (old.state !== "ACTIVE") throw new ApiKeyEndedError(prefix, old.state);
  const { id: replaces, clientId, scopes, rateLimitPerMinute } = old;
  await refuseReplaced(trx, old);
  const created = await createApiKey(trx, {
    ...{ verifier, clientId, scopes, rateLimitPerMinute, operator, replaces },
    expiresAt: expiresAt ?? old.expiresAt,
  });
  await sql`
    update api_keys set expires_at = least(expires_at, now() + make_interval(secs => ${overlapSeconds}))
    where id = ${replaces}`.execute(trx);
  return { created, replaced: await findApiKey(trx, prefix) };
}

async function refuseReplaced(trx: Transaction<Database>, { id, prefix }: ApiKey): Promise<void> {
  const successor = await trx
    .selectFrom("api_keys")
    .select("prefix")
    .where("replaces", "=", id)
    .limit(1)
    .executeTakeFirst();
  if (successor) throw new ApiKeyReplacedError(prefix, successor.prefix);
}
