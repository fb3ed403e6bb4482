import type { Database } from "@gift/core/database/database";
import { deadLetterResultDocument } from "@gift/core/dead-letter/document";
import { type DeadLetterFilter, listDeadLetterIds } from "@gift/core/dead-letter/find";
import {
  changeOneByOne,
  type DeadLetterAction,
  type DeadLetterResult,
  doneOutcomes,
  usualRatePerSecond,
} from "@gift/core/dead-letter/one-by-one";
import type { Log } from "@gift/telemetry/logger";
import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Kysely } from "kysely";
import { operatorOf } from "../../access/caller.ts";
import type { Dependencies } from "../../dependencies.ts";
import { InvalidRequestError } from "../../error/request-error.ts";
import { filterOf } from "../../input/dead-letter-filter.ts";
import { jsonBody } from "../../input/json-body.ts";
import { mostAtOnce, selectionBody } from "../../schema/dead-letter.schema.ts";
import { errorResponses } from "../../schema/error-body.schema.ts";

/** `POST /operator/dead-letters/redrive` */
export function redriveDeadLettersRoute(dependencies: Dependencies) {
  return new Elysia().post(
    "/operator/dead-letters/redrive",
    async ({ body, request }) => change(dependencies, "redrive", body, operatorOf(request)),
    { ...jsonBody(selectionBody), response: errorResponses },
  );
}

/** `POST /operator/dead-letters/discard` */
export function discardDeadLettersRoute(dependencies: Dependencies) {
  return new Elysia().post(
    "/operator/dead-letters/discard",
    async ({ body, request }) => change(dependencies, "discard", body, operatorOf(request)),
    { ...jsonBody(selectionBody), response: errorResponses },
  );
}

type Selection = Static<typeof selectionBody>;

async function change({ db, log }: Dependencies, action: DeadLetterAction, selection: Selection, operator: string) {
  const isDryRun = selection.dry_run ?? false;
  const ids = await selectedIds(db, selection);
  const onResult = isDryRun ? undefined : (result: DeadLetterResult) => audit(log, operator, result);
  const batch = { ids, action, operator, ratePerSecond: usualRatePerSecond, isDryRun, ...(onResult && { onResult }) };
  const results = await changeOneByOne(db, batch);
  return {
    dry_run: isDryRun,
    selected: ids.length,
    changed: results.filter(({ outcome }) => outcome === doneOutcomes[action]).length,
    results: results.map(deadLetterResultDocument),
  };
}

async function selectedIds(db: Kysely<Database>, { ids, filter, limit }: Selection): Promise<readonly string[]> {
  if ((ids === undefined) === (filter === undefined))
    throw new InvalidRequestError([`body: must be ${selectionBody.description}`]);
  if (ids) {
    if (limit !== undefined) throw new InvalidRequestError(["limit: has a meaning with a filter only"]);
    return Array.from(new Set(ids));
  }
  const open: DeadLetterFilter = { ...filterOf(filter ?? {}), state: "OPEN", limit: limit ?? mostAtOnce };
  return await listDeadLetterIds(db, open);
}

/** The database has it in `resolved_by`; a line for whoever watches the log. */
function audit(log: Log, operator: string, { id, outcome, requestId }: DeadLetterResult): void {
  const fields = { operator, dead_letter_id: id, ...(requestId !== undefined && { request_id: requestId }) };
  if (outcome === "redriven") log("dead_letter.redriven", fields);
  if (outcome === "discarded") log("dead_letter.discarded", fields);
}
