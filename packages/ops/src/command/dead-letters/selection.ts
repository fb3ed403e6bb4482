import type { Database } from "@gift/core/database/database";
import { type DeadLetterFilter, listDeadLetterIds } from "@gift/core/dead-letter/find";
import { usualRatePerSecond } from "@gift/core/dead-letter/one-by-one";
import type { Kysely } from "kysely";
import { flags, optional, parseDeadLetterId, parseLimit, parseRate } from "../../argument.ts";
import { UsageError } from "../../usage-error.ts";
import { type FilterArguments, filterFlags, parseFilter } from "./filter.ts";

/** Arguments of the commands that change dead letters. */
export const selectionArguments = {
  ids: { type: "positional", required: false, description: "ids of dead letters, one or more" },
  all: { type: "boolean", description: "every OPEN dead letter that passes the filters, oldest first" },
  ...filterFlags,
  limit: { type: "string", description: "with --all: the oldest so many" },
  rate: { type: "string", default: String(usualRatePerSecond), description: "how many per second at most" },
  operator: flags.operator,
  "dry-run": flags.dryRun,
  json: flags.json,
} as const;

export type SelectionArguments = FilterArguments & {
  readonly _: readonly string[];
  readonly all: boolean | undefined;
  readonly limit: string | undefined;
  readonly rate: string;
};

export type Selection = {
  readonly ratePerSecond: number;
  readonly chosen: { readonly ids: readonly string[] } | { readonly filter: DeadLetterFilter };
};

/** @throws UsageError unless there are either ids or --all, and filters only with --all */
export function parseSelection(args: SelectionArguments): Selection {
  const ratePerSecond = parseRate(args.rate);
  const ids = Array.from(new Set(args._.map(parseDeadLetterId)));
  const limit = optional(args.limit, (text) => parseLimit(text, 1_000_000));
  const filter = parseFilter(args);
  if (args.all) {
    if (ids.length > 0) throw new UsageError("give ids or --all, not both");
    return { ratePerSecond, chosen: { filter: { ...filter, state: "OPEN", limit } } };
  }
  if (ids.length === 0) throw new UsageError("give the ids of dead letters, or --all");
  if (limit !== undefined || Object.values(filter).some((value) => value !== undefined))
    throw new UsageError("filters and --limit choose among --all; with ids they have no meaning");
  return { ratePerSecond, chosen: { ids } };
}

/** The ids as given, or those that match now: dead letters that arrive meanwhile stay for the next time. */
export async function selectedIds(db: Kysely<Database>, { chosen }: Selection): Promise<readonly string[]> {
  return "ids" in chosen ? chosen.ids : await listDeadLetterIds(db, chosen.filter);
}
