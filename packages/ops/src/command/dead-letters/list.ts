import { deadLetterStates } from "@gift/core/dead-letter/dead-letter";
import { deadLetterDocument } from "@gift/core/dead-letter/document";
import { listDeadLetters } from "@gift/core/dead-letter/find";
import { flags, parseLimit } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderRows } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";
import { filterFlags, parseFilter } from "./filter.ts";

export const list = defineOperation({
  name: "bun run ops dead-letters list",
  description: "Lists dead letters, oldest first",
  args: {
    state: {
      type: "enum",
      options: [...deadLetterStates, "ANY"],
      default: "OPEN",
      description: "only dead letters in this state",
    },
    ...filterFlags,
    limit: { type: "string", default: "50", description: "how many at most, up to 10000" },
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const state = deadLetterStates.find((known) => known === args.state);
    const filter = { ...parseFilter(args), state, limit: parseLimit(args.limit, 10_000) };
    const letters = await withDatabase((db) => listDeadLetters(db, filter));
    print(args.json === true, { dead_letters: letters.map(deadLetterDocument) }, () =>
      renderRows(
        ["dead_letter_id", "state", "created_at", "gift_id", "request_id", "error", "error_fingerprint"],
        letters.map((letter) => [
          letter.id,
          letter.state,
          letter.createdAt,
          letter.giftId,
          letter.requestId,
          letter.error,
          letter.errorFingerprint,
        ]),
        "no dead letter matches",
      ),
    );
    return done;
  },
});
