import { deadLetterStates } from "@gift/core/dead-letter/dead-letter";
import { deadLetterDocument } from "@gift/core/dead-letter/document";
import { listDeadLetters } from "@gift/core/dead-letter/find";
import { Elysia } from "elysia";
import type { Dependencies } from "../../dependencies.ts";
import { filterOf } from "../../input/dead-letter-filter.ts";
import { queryFields } from "../../input/query-fields.ts";
import { listQuery } from "../../schema/dead-letter.schema.ts";
import { errorResponses } from "../../schema/error-body.schema.ts";

/** `GET /operator/dead-letters` */
export function listDeadLettersRoute({ db }: Dependencies) {
  return new Elysia().get(
    "/operator/dead-letters",
    async ({ query }) => {
      const { state = "OPEN", after: afterId, limit = "50" } = query;
      const mostLetters = Number(limit);
      const letters = await listDeadLetters(db, {
        ...filterOf(query),
        state: deadLetterStates.find((known) => known === state),
        afterId,
        limit: mostLetters + 1,
      });
      const page = letters.slice(0, mostLetters);
      const next = letters.length > mostLetters ? (page.at(-1)?.id ?? null) : null;
      return { dead_letters: page.map(deadLetterDocument), next };
    },
    { query: queryFields(listQuery), response: errorResponses },
  );
}
