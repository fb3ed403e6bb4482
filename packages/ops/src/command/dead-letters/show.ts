import { deadLetterDocument } from "@gift/core/dead-letter/document";
import { findDeadLetter } from "@gift/core/dead-letter/find";
import { flags, parseDeadLetterId } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderFields } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";

export const show = defineOperation({
  name: "bun run ops dead-letters show",
  description: "Shows one dead letter, its message included",
  args: { id: { type: "positional", required: true, description: "the dead letter's id" }, json: flags.json },
  async run(args): Promise<ExitCode> {
    const id = parseDeadLetterId(args.id);
    const letter = deadLetterDocument(await withDatabase((db) => findDeadLetter(db, id)));
    print(args.json === true, { dead_letter: letter }, () =>
      renderFields({ ...letter, attributes: JSON.stringify(letter.attributes) }),
    );
    return done;
  },
});
