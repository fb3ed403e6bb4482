import { listFailedGiftIds } from "@gift/core/dead-letter/failed-gifts";
import { type GiftRedriveResult, redriveGifts } from "@gift/core/dead-letter/redrive-gifts";
import { optional, parseErrorCode, parseGiftId, parseTime } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import type { ExitCode } from "../../exit-code.ts";
import { reportOneByOne } from "../../one-by-one.ts";
import { parseSelection, selectionFlags } from "../../selection.ts";
import { withDatabase } from "../../with-database.ts";

const gifts = { name: "gifts", all: "FAILED gift without a dead letter" };

export const redrive = defineOperation({
  name: "bun run ops gifts redrive",
  description: "Sends FAILED gifts again, one by one, and closes the dead letters that they may have",
  args: selectionFlags(gifts, {
    "error-code": { type: "string", description: "only gifts whose last error has this code" },
    since: { type: "string", description: "only gifts that failed at this ISO time or later" },
  }),
  async run(args): Promise<ExitCode> {
    const selection = parseSelection(args, gifts, parseGiftId, {
      errorCode: optional(args["error-code"], parseErrorCode),
      failedAfter: optional(args.since, (text) => parseTime(text, "--since")),
    });
    return await withDatabase(async (db) => {
      const { chosen } = selection;
      const ids = "ids" in chosen ? chosen.ids : await listFailedGiftIds(db, chosen.filter);
      return await reportOneByOne({
        ...selection,
        ids,
        doneOutcome: "redriven",
        none: "no FAILED gift without a dead letter matches",
        columns: ["gift_id", "outcome", "status", "request_id", "dead_letter_ids"],
        toDocument,
        change: (onResult) => redriveGifts(db, { ...selection, ids, onResult }),
      });
    });
  },
});

function toDocument(result: GiftRedriveResult) {
  return {
    gift_id: result.id,
    outcome: result.outcome,
    ...(result.outcome === "not_failed" && { status: result.status }),
    ...(result.outcome === "redriven" && { request_id: result.requestId, dead_letter_ids: result.deadLetterIds }),
  };
}
