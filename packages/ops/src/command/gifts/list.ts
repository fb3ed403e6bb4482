import { listGifts } from "@gift/core/gift/find";
import { giftStatuses } from "@gift/core/gift/gift.state";
import { flags, parseLimit } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { giftDocument } from "../../document.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderRows } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";

export const list = defineOperation({
  name: "bun run ops gifts list",
  description: "Lists the newest gifts or the oldest, all or those of one status",
  args: {
    status: { type: "enum", options: [...giftStatuses], description: "only gifts of this status" },
    oldest: { type: "boolean", description: "the oldest first: what waits longest" },
    limit: { type: "string", default: "50", description: "how many at most, up to 10000" },
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const limit = parseLimit(args.limit, 10_000);
    const gifts = await withDatabase((db) =>
      listGifts(db, { status: args.status, isOldestFirst: args.oldest === true, limit }),
    );
    print(args.json === true, { gifts: gifts.map(giftDocument) }, () =>
      renderRows(
        ["gift_id", "status", "amount", "created_at", "updated_at", "last_error"],
        gifts.map((gift) => [gift.id, gift.status, gift.amount, gift.createdAt, gift.updatedAt, gift.lastError]),
        "no gift matches",
      ),
    );
    return done;
  },
});
