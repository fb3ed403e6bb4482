import type { Database } from "@gift/core/database/database";
import type { Log } from "@gift/telemetry/logger";
import type { Kysely } from "kysely";
import type { Access } from "./access/access.ts";
import type { Watch } from "./live/watch.ts";

/** What the pages work with. */
export interface Dependencies {
  /** As the operator's role. */
  readonly db: Kysely<Database>;
  readonly watch: Watch;
  readonly access: Access;
  readonly log: Log;
  /** Shown on every page: a production's and a laptop's look the same otherwise. */
  readonly stage: string;
  /** Aborted when the process stops; streams end then. */
  readonly stopping: AbortSignal;
}
