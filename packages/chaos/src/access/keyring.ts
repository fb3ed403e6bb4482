import type { Database } from "@gift/core/database/database";
import type { Kysely } from "kysely";
import { ClientKey, type IssuedKey, issueKey } from "./client-key.ts";

/** The keys of a run. */
export interface Keyring {
  /** Whose gifts the load sends. The first one's key is rotated. */
  readonly clients: readonly [ClientKey, ClientKey];
  /** A second key of the second client, which is revoked. */
  readonly revocable: IssuedKey;
}

const names = ["florist", "bakery"] as const;

/** Issues them. */
export async function issueKeyring(db: Kysely<Database>): Promise<Keyring> {
  const [rotating, lasting] = names;
  return {
    clients: [
      new ClientKey(rotating, await issueKey(db, rotating)),
      new ClientKey(lasting, await issueKey(db, lasting)),
    ],
    revocable: await issueKey(db, lasting),
  };
}
