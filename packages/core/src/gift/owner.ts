import { type RawBuilder, type SqlBool, sql } from "kysely";

/** Whose gifts are meant: one client's, or anybody's, for operators and where a stage asks for no keys. */
export type Owner = { readonly clientId: string } | "anybody";

/**
 * Holds for rows of `gifts` that belong to the owner; a gift that is nobody's belongs to "anybody" only. In the same
 * condition as the id: a foreign gift is not found, not locked and waited for by nobody, so that neither the answer nor
 * its time tells it from one that doesn't exist.
 */
export function isOwnedBy(owner: Owner): RawBuilder<SqlBool> {
  const clientId = owner === "anybody" ? null : owner.clientId;
  return sql<SqlBool>`(${clientId}::text is null or gifts.client_id = ${clientId})`;
}
