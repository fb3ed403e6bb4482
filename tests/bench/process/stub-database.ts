import type { Database } from "@gift/core/database/database";
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, type QueryResult } from "kysely";
import { giftIdOf } from "../rig/gift-rows.ts";

const now = new Date();
const gift = {
  ...{ id: giftIdOf(1), code: giftIdOf(2), amount: 100, message: null, status: "CREATED", request_id: null },
  ...{ last_error: null, created_at: now, updated_at: now },
};

/** Kysely over a connection that answers every statement at once with one gift. */
export function openStubDatabase(): Kysely<Database> {
  const result = { rows: [gift] };
  const connection = {
    executeQuery: <Row>() => Promise.resolve(result as unknown as QueryResult<Row>),
    // biome-ignore lint/correctness/useYield: nothing streams here
    async *streamQuery() {
      await Promise.reject(new Error("nothing streams here"));
    },
  };
  const nothing = () => Promise.resolve();
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        ...{ init: nothing, destroy: nothing, releaseConnection: nothing },
        ...{ beginTransaction: nothing, commitTransaction: nothing, rollbackTransaction: nothing },
        acquireConnection: () => Promise.resolve(connection),
      }),
    },
  });
}
