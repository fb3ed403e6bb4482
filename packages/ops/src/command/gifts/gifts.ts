import type { CommandGroup } from "../../command.ts";
import { list } from "./list.ts";

export const gifts: CommandGroup = {
  name: "bun run ops gifts",
  description: "Many gifts, by status",
  commands: { list },
};
