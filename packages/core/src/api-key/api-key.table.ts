import type { ColumnType, Generated } from "kysely";
import { type RawBuilder, sql } from "kysely";
import type { ApiKey, ApiKeyScope } from "./api-key.ts";

/** One row per key ever issued; rows stay, so that an audit can name who held which key when. */
export interface ApiKeyTable {
  id: Generated<string>;
  prefix: ColumnType<string, string, never>;
  /** SHA-256. */
  hash: ColumnType<Buffer, Buffer, never>;
  client_id: ColumnType<string, string, never>;
  scopes: ColumnType<ApiKeyScope[], ApiKeyScope[], never>;
  rate_limit_per_minute: ColumnType<number | null, number | null, never>;
  created_by: ColumnType<string, string, never>;
  created_at: ColumnType<Date, never, never>;
  expires_at: Date | null;
  revoked_by: string | null;
  revoked_at: Date | null;
  /** The key that this one took over from. */
  replaces: ColumnType<string | null, string | null, never>;
}

/** Beside the keys, so that the API, which writes it, can't change a key. */
export interface ApiKeyUseTable {
  key_id: string;
  last_used_at: Date;
}

/** Columns of a key as operators see it; the hash stays here. */
export const apiKeyColumns: RawBuilder<ApiKey> = sql<ApiKey>`
  api_keys.id, api_keys.prefix, api_keys.client_id as "clientId", api_keys.scopes,
  api_keys.rate_limit_per_minute as "rateLimitPerMinute", api_keys.created_at as "createdAt",
  api_keys.created_by as "createdBy", api_keys.expires_at as "expiresAt", api_keys.revoked_at as "revokedAt",
  api_keys.revoked_by as "revokedBy",
  (select old.prefix from api_keys as old where old.id = api_keys.replaces) as replaces,
  (select last_used_at from api_key_uses where key_id = api_keys.id) as "lastUsedAt",
  case when api_keys.revoked_at is not null then 'REVOKED'
    when api_keys.expires_at <= now() then 'EXPIRED' else 'ACTIVE' end as state`;
