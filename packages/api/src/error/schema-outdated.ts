import { isSchemaMissing } from "@gift/core/migration/schema-version";
import type { Readiness } from "../readiness.ts";

/** The database isn't as new as this code yet. */
export class SchemaOutdatedError extends Error {}

/**
 * Tells a statement that came before its migration from one that is wrong. A task that lacks migrations isn't ready,
 * but a load balancer that has no ready one asks it nevertheless.
 * @param err anything thrown by a request
 * @returns what the request is to be answered for
 */
export async function explainMissingSchema(err: unknown, whyNotReady: Readiness): Promise<unknown> {
  if (!isSchemaMissing(err)) return err;
  const reason = await whyNotReady().catch(() => undefined);
  return reason === "schema_outdated" ? new SchemaOutdatedError("migrations are missing", { cause: err }) : err;
}
