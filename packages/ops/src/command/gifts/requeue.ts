import { inTransaction } from "@gift/core/database/in-transaction";
import { type RequeuedGift, requeueGifts } from "@gift/core/gift/requeue";
import { flags, parseDuration, parseGiftId, parseLimit, parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode, failed } from "../../exit-code.ts";
import { print, renderRows } from "../../output.ts";
import { UsageError } from "../../usage-error.ts";
import { withDatabase } from "../../with-database.ts";

/** Longer than all backoffs of a send together: whoever still waits then has probably lost its message. */
const defaultIdle = "30m";

export const requeue = defineOperation({
  name: "bun run ops gifts requeue",
  description: "Writes the message of QUEUED gifts again, when a queue has lost it; a message too many changes nothing",
  args: {
    ids: { type: "positional", required: false, description: "ids of gifts, one or more" },
    all: { type: "boolean", description: "every QUEUED gift that has been idle long enough, the longest first" },
    "idle-for": {
      type: "string",
      default: defaultIdle,
      description: "nothing happened for so long, e.g. 90s, 30m, 2h",
    },
    limit: { type: "string", default: "1000", description: "how many at most, up to 10000" },
    operator: flags.operator,
    "dry-run": flags.dryRun,
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const ids = Array.from(new Set(args._.map(parseGiftId)));
    if (ids.length > 0 === (args.all === true)) throw new UsageError("give the ids of gifts, or --all");
    const request = {
      ids: ids.length > 0 ? ids : undefined,
      idleSeconds: parseDuration(args["idle-for"], "--idle-for"),
      limit: parseLimit(args.limit, 10_000),
      operator: parseOperator(args.operator),
    };
    const isDryRun = args["dry-run"] === true;
    const gifts = await withDatabase((db) => inTransaction(db, isDryRun, (trx) => requeueGifts(trx, request)));
    print(args.json === true, { dry_run: isDryRun, gifts: gifts.map(toDocument) }, () => describe(gifts, isDryRun));
    return gifts.length > 0 ? done : failed;
  },
});

function toDocument({ giftId, requestId, idleSince }: RequeuedGift) {
  return { gift_id: giftId, request_id: requestId, idle_since: idleSince };
}

function describe(gifts: readonly RequeuedGift[], isDryRun: boolean): string {
  if (gifts.length === 0) return "no QUEUED gift has been idle for so long without a message in the outbox";
  const rows = gifts.map(({ giftId, requestId, idleSince }) => [giftId, requestId, idleSince]);
  const summary = isDryRun ? "would be requeued; nothing was changed" : "requeued; the outbox sweep publishes them";
  return `${renderRows(["gift_id", "request_id", "idle_since"], rows)}\n${gifts.length} ${summary}`;
}
