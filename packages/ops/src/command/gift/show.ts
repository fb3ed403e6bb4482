import { tellStory } from "@gift/core/gift/story";
import { storyLine } from "@gift/core/gift/story-line";
import { flags, parseGiftId } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { giftDocument } from "../../document.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderFields, renderRows } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";

export const show = defineOperation({
  name: "bun run ops gift show",
  description: "Tells a gift's whole story in time order",
  args: { id: { type: "positional", required: true, description: "the gift's id" }, json: flags.json },
  async run(args): Promise<ExitCode> {
    const id = parseGiftId(args.id);
    const { gift, events } = await withDatabase((db) => tellStory(db, id));
    const story = events.map(({ facts, ...event }) => ({ ...event, ...facts }));
    const document = { gift: giftDocument(gift), story };
    print(args.json === true, document, () => {
      const rows = events.map((event) => [event.at, event.event, event.request_id, storyLine(event)]);
      return `${renderFields(document.gift)}\n${renderRows(["at", "event", "request_id", "what"], rows)}`;
    });
    return done;
  },
});
