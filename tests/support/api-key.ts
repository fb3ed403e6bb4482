import { createApiKey, type NewApiKey } from "@gift/core/api-key/create";
import { generateKey } from "@gift/core/api-key/credential";
import type { Database } from "@gift/core/database/database";
import type { Kysely } from "kysely";

export interface IssuedKey {
  /** As its client presents it. */
  readonly key: string;
  readonly prefix: string;
  /** Ready for `fetch`. */
  readonly headers: { readonly authorization: string };
}

/** Issues a key, as `ops keys create` does: a client's, named `shop`, unless told otherwise. */
export async function issueKey(
  db: Kysely<Database>,
  options: Partial<Omit<NewApiKey, "verifier" | "replaces">> = {},
): Promise<IssuedKey> {
  const { key, verifier } = generateKey();
  await createApiKey(db, {
    ...{ verifier, clientId: "shop", scopes: ["client"], rateLimitPerMinute: null, expiresAt: null, operator: "test" },
    ...options,
  });
  return { key, prefix: verifier.prefix, headers: { authorization: `Bearer ${key}` } };
}
