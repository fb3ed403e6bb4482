import type { CommandGroup } from "../../command.ts";
import { list } from "./list.ts";
import { redrive } from "./redrive.ts";
import { requeue } from "./requeue.ts";

export const gifts: CommandGroup = {
  name: "bun run ops gifts",
  description: "Many gifts: by status, those that are FAILED, and those whose message is lost",
  commands: { list, redrive, requeue },
};
