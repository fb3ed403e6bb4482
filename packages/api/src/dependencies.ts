import type { Database } from "@gift/core/database/database";
import type { Dispatcher } from "@gift/core/outbox/dispatcher";
import type { Log } from "@gift/telemetry/logger";
import type { Kysely } from "kysely";
import type { Authentication } from "./access/authentication.ts";
import type { Readiness } from "./readiness.ts";

/** What the routes work with. */
export interface Dependencies {
  readonly db: Kysely<Database>;
  /** Takes the messages of accepted sends. */
  readonly dispatcher: Pick<Dispatcher, "add">;
  readonly log: Log;
  readonly authentication: Authentication;
  /** Whether a gift's message may steer the simulated provider; false refuses such a gift. */
  readonly areTestValuesAllowed: boolean;
  readonly whyNotReady: Readiness;
}
