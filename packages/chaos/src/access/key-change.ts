import { generateKey } from "@gift/core/api-key/credential";
import { listApiKeys } from "@gift/core/api-key/list";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { rotateApiKey } from "@gift/core/api-key/rotate";
import type { Database } from "@gift/core/database/database";
import { until } from "@gift/rehearsal/until";
import type { Kysely } from "kysely";
import { patienceMilliseconds } from "../patience.ts";
import { type ClientKey, type IssuedKey, keyOperator } from "./client-key.ts";
import type { EndedKey } from "./ended-key.ts";

/** Revokes a key, as often as it takes: Postgres may be away itself just now. */
export async function revoke(db: Kysely<Database>, { prefix }: IssuedKey, watched: EndedKey): Promise<void> {
  watched.mayEndFrom(performance.now());
  const revoking = async () => {
    await revokeApiKey(db, { prefix, operator: keyOperator });
    return true;
  };
  await until("Postgres to revoke a key", revoking, patienceMilliseconds);
  watched.endedAt(performance.now());
}

/** Rotates a client's key, likewise; the client changes over at once. */
export async function rotate(
  db: Kysely<Database>,
  client: ClientKey,
  watched: EndedKey,
  overlapSeconds: number,
): Promise<void> {
  const { key, verifier } = generateKey();
  const { prefix } = client.issued;
  watched.mayEndFrom(performance.now() + overlapSeconds * 1_000);
  const rotating = async () => {
    // It may have done so before the connection broke.
    const keys = await listApiKeys(db, { clientId: client.clientId });
    if (!keys.some((each) => each.prefix === verifier.prefix))
      await db
        .transaction()
        .execute((trx) => rotateApiKey(trx, { prefix, verifier, overlapSeconds, operator: keyOperator }));
    return true;
  };
  await until("Postgres to rotate a key", rotating, patienceMilliseconds);
  watched.endedAt(performance.now() + overlapSeconds * 1_000);
  client.switchTo({ key, prefix: verifier.prefix });
}
