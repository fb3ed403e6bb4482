import type { CommandGroup } from "../../command.ts";
import { status } from "./status.ts";

export const outbox: CommandGroup = {
  name: "bun run ops outbox",
  description: "Messages that SQS doesn't have yet",
  commands: { status },
};
