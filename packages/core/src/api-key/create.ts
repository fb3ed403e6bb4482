import type { Kysely } from "kysely";
import type { Database } from "../database/database.ts";
import { ApiKeyExistsError } from "./api-key.errors.ts";
import type { ApiKey, ApiKeyScope } from "./api-key.ts";
import type { Verifier } from "./credential.ts";
import { findApiKey } from "./list.ts";

export interface NewApiKey {
  readonly verifier: Verifier;
  readonly clientId: string;
  readonly scopes: readonly ApiKeyScope[];
  /** Null takes the API's default. */
  readonly rateLimitPerMinute: number | null;
  readonly expiresAt: Date | null;
  /** Who does it, for the audit. */
  readonly operator: string;
  /** Id of the key that it takes over from. */
  readonly replaces?: string;
}

/**
 * Stores a key that was generated elsewhere: the secret never gets here.
 * @param db the database or a transaction
 * @throws ApiKeyExistsError when the prefix is taken, by the same key too
 */
export async function createApiKey(db: Kysely<Database>, key: NewApiKey): Promise<ApiKey> {
  const { prefix, hash } = key.verifier;
  const created = await db
    .insertInto("api_keys")
    .values({
      prefix,
      hash: Buffer.from(hash, "hex"),
      client_id: key.clientId,
      scopes: [...key.scopes],
      rate_limit_per_minute: key.rateLimitPerMinute,
      expires_at: key.expiresAt,
      created_by: key.operator,
      replaces: key.replaces ?? null,
    })
    .onConflict((conflict) => conflict.column("prefix").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!created) throw new ApiKeyExistsError(prefix);
  return await findApiKey(db, prefix);
}
