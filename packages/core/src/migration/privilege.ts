import type { Database } from "../database/database.ts";

/** Who works on the tables besides their owner: the API and the workers, and the operators' command. */
export const roles = { app: "gift_app", ops: "gift_ops" } as const;

export type Role = keyof typeof roles;

type Privilege = "select" | "insert" | "update" | "delete" | `update (${string})`;

const read = ["select"] as const;
const append = ["select", "insert"] as const;
const change = ["select", "insert", "update"] as const;
/** The columns that end a key. What it may, whose it is and who made it are its audit. */
const end = "update (expires_at, revoked_at, revoked_by)";

/**
 * What each role may do, by table. Only outbox rows are ever deleted, so that a faulty statement can't lose a gift; a
 * table that is missing here doesn't compile, or fails the test that compares this with the schema.
 */
export const privileges: Readonly<
  Record<
    keyof Database | "kysely_migration" | "simulated_provider.sends",
    Readonly<Partial<Record<Role, readonly Privilege[]>>>
  >
> = {
  gifts: { app: change, ops: ["select", "update"] },
  send_requests: { app: append, ops: append },
  outbox: { app: [...change, "delete"], ops: append },
  send_attempts: { app: change, ops: read },
  // The operator API resolves them too.
  dead_letters: { app: change, ops: ["select", "update"] },
  requeues: { ops: append },
  // The API verifies keys and can neither issue nor change one; operators issue and end them, by command.
  api_keys: { app: read, ops: [...append, end] },
  api_key_uses: { app: change, ops: read },
  error_fingerprints: { app: change, ops: read },
  // Whether the schema is new enough.
  kysely_migration: { app: read, ops: read },
  // A real provider would keep it on its own side; operators have no business there.
  "simulated_provider.sends": { app: change },
};
