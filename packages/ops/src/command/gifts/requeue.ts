import { inTransaction } from "@gift/core/database/in-transaction";
import { edges } from "@gift/core/gift/gift.state";
import { type RequeuedGift, requeueGifts } from "@gift/core/gift/requeue";
import { type RequeueResult, requeueNamedGifts } from "@gift/core/gift/requeue-named";
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
    limit: { type: "string", default: "1000", description: "with --all: how many at most, up to 10000" },
    operator: flags.operator,
    "dry-run": flags.dryRun,
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const ids = Array.from(new Set(args._.map(parseGiftId)));
    if (ids.length > 0 === (args.all === true)) throw new UsageError("give the ids of gifts, or --all");
    const request = {
      idleSeconds: parseDuration(args["idle-for"], "--idle-for"),
      operator: parseOperator(args.operator),
    };
    const limit = parseLimit(args.limit, 10_000);
    const isDryRun = args["dry-run"] === true;
    const results = await withDatabase((db) =>
      inTransaction(db, isDryRun, async (trx) =>
        args.all
          ? (await requeueGifts(trx, { ...request, limit })).map(requeued)
          : requeueNamedGifts(trx, { ...request, ids }),
      ),
    );
    const documents = results.map(toDocument);
    print(args.json === true, { dry_run: isDryRun, gifts: documents }, () =>
      documents.length > 0
        ? `${renderRows(columns, documents.map(Object.values))}\n${summaryOf(results, isDryRun, args["idle-for"])}`
        : "no QUEUED gift has been idle for so long without a message in the outbox",
    );
    return results.length > 0 && results.every(({ outcome }) => outcome === "requeued") ? done : failed;
  },
});

const columns = ["gift_id", "outcome", "status", "request_id", "idle_since"];

function requeued(gift: RequeuedGift): RequeueResult {
  return { ...gift, outcome: "requeued", status: edges.markSent.from };
}

function toDocument({ giftId, outcome, status, requestId, idleSince }: RequeueResult) {
  return { gift_id: giftId, outcome, status, request_id: requestId, idle_since: idleSince };
}

function summaryOf(results: readonly RequeueResult[], isDryRun: boolean, idleFor: string): string {
  const count = results.filter(({ outcome }) => outcome === "requeued").length;
  const done = isDryRun ? "would be requeued; nothing was changed" : "requeued; the outbox sweep publishes them";
  const isRecent = results.some(({ outcome }) => outcome === "not_idle");
  const hint = isRecent ? `\nnot_idle: something happened less than ${idleFor} ago, which --idle-for sets` : "";
  return `${count} of ${results.length} ${done}${hint}`;
}
