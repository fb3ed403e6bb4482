import type { CommandGroup } from "../../command.ts";
import { show } from "./show.ts";

export const gift: CommandGroup = {
  name: "bun run ops gift",
  description: "One gift: its story",
  commands: { show },
};
