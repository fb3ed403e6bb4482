import { isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { isSchemaReady } from "@gift/core/migration/schema-version";
import type { Dependencies } from "./dependencies.ts";

export const notReadyReasons = ["draining", "database_unreachable", "schema_outdated"] as const;

export type NotReadyReason = (typeof notReadyReasons)[number];

/** Below a load balancer's check timeout (5 s), so that the reason gets through instead of a timeout. */
const timeoutMilliseconds = 2_000;

/**
 * Why this process should not be sent requests now, or undefined when it should.
 * @throws whatever the database says that isn't about being away
 */
export async function whyNotReady({
  db,
  isDraining,
}: Pick<Dependencies, "db" | "isDraining">): Promise<NotReadyReason | undefined> {
  if (isDraining()) return "draining";
  try {
    return (await inTime(isSchemaReady(db))) ? undefined : "schema_outdated";
  } catch (err) {
    if (err instanceof TimeoutError || isDatabaseUnavailable(err)) return "database_unreachable";
    throw err;
  }
}

class TimeoutError extends Error {}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TimeoutError()), timeoutMilliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
