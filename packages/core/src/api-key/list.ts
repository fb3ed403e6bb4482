import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { ApiKeyNotFoundError } from "./api-key.errors.ts";
import { apiKeyColumns } from "./api-key.table.ts";
import type { ApiKey } from "./api-key.ts";

/**
 * Keys, oldest first.
 * @param filter one client's only; without those that have ended unless `hasEnded`
 */
export async function listApiKeys(
  db: Kysely<Database>,
  filter: { clientId?: string | undefined; hasEnded?: boolean },
): Promise<ApiKey[]> {
  const { rows } = await sql<ApiKey>`
    select ${apiKeyColumns} from api_keys
    where client_id = coalesce(${filter.clientId ?? null}, client_id)
      and (${filter.hasEnded ?? false} or (revoked_at is null and (expires_at is null or expires_at > now())))
    order by id`.execute(db);
  return rows;
}

/**
 * One key by its visible part.
 * @throws ApiKeyNotFoundError
 */
export async function findApiKey(db: Kysely<Database>, prefix: string): Promise<ApiKey> {
  const { rows } = await sql<ApiKey>`
    select ${apiKeyColumns} from api_keys where prefix = ${prefix}`.execute(db);
  if (!rows[0]) throw new ApiKeyNotFoundError(prefix);
  return rows[0];
}
