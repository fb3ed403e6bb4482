import type { ApiKey } from "@gift/core/api-key/api-key";

/** A key as `--json` prints it. */
export function keyDocument(key: ApiKey) {
  return {
    prefix: key.prefix,
    client_id: key.clientId,
    scopes: key.scopes,
    rate_limit_per_minute: key.rateLimitPerMinute,
    state: key.state,
    created_at: key.createdAt,
    created_by: key.createdBy,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    revoked_by: key.revokedBy,
    replaces: key.replaces,
    last_used_at: key.lastUsedAt,
  };
}

/** The same on one screen. */
export function keyFields(key: ApiKey) {
  return { ...keyDocument(key), scopes: key.scopes.join(",") };
}
