import type { CommandGroup } from "../../command.ts";
import { list } from "./list.ts";
import { requeue } from "./requeue.ts";

export const gifts: CommandGroup = {
  name: "bun run ops gifts",
  description: "Many gifts: by status, and those whose message is lost",
  commands: { list, requeue },
};
