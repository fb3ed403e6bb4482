import { openDatabase } from "@gift/core/database/database";
import { sql } from "kysely";
import type { System } from "../system/system.ts";
import type { Scenario } from "./scenario.ts";

const applicationName = "leaking-job";
/** Above the threshold, so that one more or less doesn't matter. */
const surplus = 6;

export const connections: Scenario = {
  name: "connections",
  injected: "somebody holds most of Postgres's connections",
  shows: "people hear of it while the service still has what it needs",
  expects: ["database-connections"],
  async inject({ system, thresholdOf, say }) {
    const held = thresholdOf("database-connections") + surplus - (await countConnections(system));
    const { host, port, database, username: user, password } = system.link;
    const leak = openDatabase({ host, port, database, user, password, maxConnections: held, applicationName });
    // At the same time, or one connection would do.
    await Promise.all(Array.from({ length: held }, () => sql`select pg_sleep(0.5)`.execute(leak)));
    say(`${held} connections of "${applicationName}" stay open`);
  },
  repair: ({ step, system }) =>
    step("who holds them (pg_stat_activity)? end those (pg_terminate_backend)", async () => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${applicationName}`.execute(
        system.database,
      );
    }),
};

async function countConnections({ database }: System): Promise<number> {
  const { rows } = await sql<{ connections: number }>`
    select count(*)::int as connections from pg_stat_activity where backend_type = 'client backend'`.execute(database);
  return rows[0]?.connections ?? 0;
}
