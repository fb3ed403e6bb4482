import type { CommandGroup } from "../../command.ts";
import { redrive } from "./redrive.ts";
import { show } from "./show.ts";

export const gift: CommandGroup = {
  name: "bun run ops gift",
  description: "One gift: its story, and its redrive",
  commands: { show, redrive },
};
