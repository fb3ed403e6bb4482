import { maxRateLimitPerMinute } from "@gift/core/api-key/api-key";
import { createApiKey } from "@gift/core/api-key/create";
import { generateKey } from "@gift/core/api-key/credential";
import type { Database } from "@gift/core/database/database";
import type { Kysely } from "kysely";

/** A key as it was handed out: the whole of it, and its visible part. */
export interface IssuedKey {
  readonly key: string;
  readonly prefix: string;
}

/** What a client signs its requests with. After a rotation it is another one than before. */
export class ClientKey {
  readonly clientId: string;
  #issued: IssuedKey;

  constructor(clientId: string, issued: IssuedKey) {
    this.clientId = clientId;
    this.#issued = issued;
  }

  get issued(): IssuedKey {
    return this.#issued;
  }

  /** Of the next request, a repeated one included. */
  get headers(): Record<string, string> {
    return headersOf(this.#issued.key);
  }

  switchTo(issued: IssuedKey): void {
    this.#issued = issued;
  }
}

/** What carries a key. */
export function headersOf(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** In audits of keys. */
export const keyOperator = "chaos";

/** Issues a key for gifts, as `bun run ops keys create` does. The load is not what its limit is there for. */
export async function issueKey(db: Kysely<Database>, clientId: string): Promise<IssuedKey> {
  const { key, verifier } = generateKey();
  await createApiKey(db, {
    verifier,
    clientId,
    scopes: ["client"],
    operator: keyOperator,
    expiresAt: null,
    rateLimitPerMinute: maxRateLimitPerMinute,
  });
  return { key, prefix: verifier.prefix };
}
