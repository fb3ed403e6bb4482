import type { DatabaseFigures } from "./database-figures.ts";
import type { Speed } from "./history.ts";
import type { QueueFigures } from "./queue-figures.ts";
import type { Reading } from "./source.ts";

/** What is known at one moment: the whole live page follows from it. */
export interface Round {
  readonly at: Date;
  readonly database: Reading<DatabaseFigures>;
  readonly queues: Reading<QueueFigures>;
  /** Undefined while Postgres is away. */
  readonly speed: Speed | undefined;
  /** For how long there have been messages in the dead-letter queue, as far as was watched. */
  readonly unrecordedSeconds: number;
  /** The charts have changed from this second on (Unix time). */
  readonly changedFrom: number;
}
