import { usualRatePerSecond } from "@gift/core/dead-letter/one-by-one";
import type { ArgsDef } from "citty";
import { flags, optional, parseLimit, parseOperator, parseRate } from "./argument.ts";
import { UsageError } from "./usage-error.ts";

/** What a command changes one by one. */
export interface Selectable {
  /** In the plural, as people are told. */
  readonly name: string;
  /** What --all takes. */
  readonly all: string;
}

/**
 * Arguments of a command that changes the chosen, or all that pass filters, one by one.
 * @param filters flags that narrow --all
 */
export function selectionFlags<const Filters extends ArgsDef>({ name, all }: Selectable, filters: Filters) {
  return {
    ids: { type: "positional", required: false, description: `ids of ${name}, one or more` },
    all: { type: "boolean", description: `every ${all} that passes the filters, oldest first` },
    ...filters,
    limit: { type: "string", description: "with --all: the oldest so many" },
    rate: { type: "string", default: String(usualRatePerSecond), description: "how many per second at most" },
    operator: flags.operator,
    "dry-run": flags.dryRun,
    json: flags.json,
  } as const;
}

export interface SelectionArguments {
  readonly _: readonly string[];
  readonly all: boolean | undefined;
  readonly limit: string | undefined;
  readonly rate: string;
  readonly operator: string | undefined;
  readonly "dry-run": boolean | undefined;
  readonly json: boolean | undefined;
}

export interface Selection<Filter> {
  readonly chosen: { readonly ids: readonly string[] } | { readonly filter: Filter & { limit: number | undefined } };
  readonly ratePerSecond: number;
  readonly operator: string;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
}

/**
 * @param filter as given; all its values are undefined when none was
 * @throws UsageError unless there are either ids or --all, and filters only with --all
 */
export function parseSelection<Filter extends object>(
  args: SelectionArguments,
  { name }: Selectable,
  parseId: (text: string) => string,
  filter: Filter,
): Selection<Filter> {
  const ids = Array.from(new Set(args._.map(parseId)));
  const limit = optional(args.limit, (text) => parseLimit(text, 1_000_000));
  const isNarrowed = limit !== undefined || Object.values(filter).some((value) => value !== undefined);
  if (args.all === true && ids.length > 0) throw new UsageError("give ids or --all, not both");
  if (args.all !== true && ids.length === 0) throw new UsageError(`give the ids of ${name}, or --all`);
  if (args.all !== true && isNarrowed)
    throw new UsageError("filters and --limit choose among --all; with ids they have no meaning");
  return {
    chosen: args.all === true ? { filter: { ...filter, limit } } : { ids },
    ratePerSecond: parseRate(args.rate),
    operator: parseOperator(args.operator),
    isDryRun: args["dry-run"] === true,
    isJson: args.json === true,
  };
}
