import type { CommandGroup } from "../command.ts";
import { deadLetters } from "./dead-letters/dead-letters.ts";
import { gift } from "./gift/gift.ts";
import { gifts } from "./gifts/gifts.ts";
import { keys } from "./keys/keys.ts";
import { migrateCommand } from "./migrate.ts";
import { outbox } from "./outbox/outbox.ts";

export const root: CommandGroup = {
  name: "bun run ops",
  description: "Looks into the gift service and repairs it",
  commands: { gift, gifts, "dead-letters": deadLetters, outbox, keys, migrate: migrateCommand },
};
