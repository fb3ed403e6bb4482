import type { Migration } from "kysely/migration";
import * as gifts from "./0001-gifts.ts";
import * as simulatedProvider from "./0002-simulated-provider.ts";
import * as errorFingerprints from "./0003-error-fingerprints.ts";
import * as apiKeys from "./0004-api-keys.ts";
import * as audit from "./0005-audit.ts";

/**
 * Every migration in order. Forward only: a landed one never changes, and each must be safe while the previous version
 * of the code still runs (add first, use next, remove last).
 */
export const migrations = {
  "0001-gifts": gifts,
  "0002-simulated-provider": simulatedProvider,
  "0003-error-fingerprints": errorFingerprints,
  "0004-api-keys": apiKeys,
  "0005-audit": audit,
} as const satisfies Record<string, Migration>;

/** The schema this code needs: the last key above. A test keeps the keys sorted. */
export const newestMigration = Object.keys(migrations).at(-1) ?? "";
