import type { Database } from "@gift/core/database/database";
import {
  type CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import { giftIdOf } from "../rig/gift-rows.ts";

const now = new Date();
const gift = {
  ...{ id: giftIdOf(1), code: giftIdOf(2), amount: 100, message: null, status: "CREATED", request_id: null },
  ...{ last_error: null, created_at: now, updated_at: now },
};

/** Kysely over a connection that answers every statement at once, with a gift per row that it stores. */
export function openStubDatabase(): Kysely<Database> {
  const connection = {
    executeQuery: <Row>({ parameters }: CompiledQuery) =>
      Promise.resolve(giftsFor(parameters) as unknown as QueryResult<Row>),
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

/** A statement of many rows takes an array per column. */
function giftsFor([first]: readonly unknown[]): { rows: unknown[] } {
  return { rows: Array.isArray(first) ? first.map(() => gift) : [gift] };
}
