import { inTransaction } from "@gift/core/database/in-transaction";
import { redriveGift } from "@gift/core/dead-letter/redrive";
import { findGift } from "@gift/core/gift/find";
import { flags, parseGiftId, parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode, failed } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";

export const redrive = defineOperation({
  name: "bun run ops gift redrive",
  description: "Sends a FAILED gift again, and closes the dead letter that it may have",
  args: {
    id: { type: "positional", required: true, description: "the gift's id" },
    operator: flags.operator,
    "dry-run": flags.dryRun,
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const giftId = parseGiftId(args.id);
    const operator = parseOperator(args.operator);
    const isDryRun = args["dry-run"] === true;
    const { redriven, gift } = await withDatabase(async (db) => ({
      redriven: await inTransaction(db, isDryRun, (trx) => redriveGift(trx, { giftId, operator })),
      gift: await findGift(db, giftId, "anybody"),
    }));
    const document = {
      dry_run: isDryRun,
      gift_id: giftId,
      outcome: redriven ? "redriven" : "not_failed",
      // A dry run's request never exists.
      request_id: isDryRun ? null : (redriven?.requestId ?? null),
      dead_letter_ids: redriven?.deadLetterIds ?? [],
    };
    print(args.json === true, document, () => {
      if (!redriven) return `gift ${giftId} is ${gift.status}; only a FAILED gift can be redriven`;
      const letters =
        redriven.deadLetterIds.length > 0 ? `, closing dead letter ${redriven.deadLetterIds.join(", ")}` : "";
      return isDryRun
        ? `would redrive gift ${giftId}${letters}; nothing was changed`
        : `redrove gift ${giftId} as ${redriven.requestId}${letters}`;
    });
    return redriven ? done : failed;
  },
});
