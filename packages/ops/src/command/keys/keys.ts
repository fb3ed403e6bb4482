import type { CommandGroup } from "../../command.ts";
import { create } from "./create.ts";
import { generate } from "./generate.ts";
import { list } from "./list.ts";
import { revoke } from "./revoke.ts";
import { rotate } from "./rotate.ts";

export const keys: CommandGroup = {
  name: "bun run ops keys",
  description: "API keys of clients and operators",
  commands: { generate, create, list, rotate, revoke },
};
