import type { CommandGroup } from "../../command.ts";
import { discard } from "./discard.ts";
import { list } from "./list.ts";
import { redrive } from "./redrive.ts";
import { show } from "./show.ts";

export const deadLetters: CommandGroup = {
  name: "bun run ops dead-letters",
  description: "Messages that failed for good, and what to do about them",
  commands: { list, show, redrive, discard },
};
