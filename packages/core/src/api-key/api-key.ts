/** What a key may be used for: `client` for gifts of its own, `operator` for the operator API. */
export const apiKeyScopes = ["client", "operator"] as const;

export type ApiKeyScope = (typeof apiKeyScopes)[number];

/** A key as operators see it: everything but the secret, which nobody has but its client. */
export interface ApiKey {
  readonly id: string;
  /** The visible part of the key, by which it is named in lists, logs and audits. */
  readonly prefix: string;
  /** Who uses it; several keys of one client share its gifts. */
  readonly clientId: string;
  readonly scopes: readonly ApiKeyScope[];
  /** Null takes the API's default. */
  readonly rateLimitPerMinute: number | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  /** The prefix of the key that this one took over from. */
  readonly replaces: string | null;
  /** To ten minutes; null when it has never been used. */
  readonly lastUsedAt: Date | null;
  readonly state: "ACTIVE" | "EXPIRED" | "REVOKED";
}

/** A client's id is written in logs, audits and shell commands: lower case, digits and hyphens, 1 to 63 characters. */
export const clientIdPattern = "^[a-z0-9][a-z0-9-]{0,62}$";

/** Largest rate limit per minute; beyond it a task is the limit. */
export const maxRateLimitPerMinute = 1_000_000;
