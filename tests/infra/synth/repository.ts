import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The repository's root. */
export const root = join(import.meta.dirname, "../../..");

/** SST's own sources and packages, as `bun run platform` unpacks them. */
export const platform = join(root, ".sst/platform");

/** Resolves packages as the platform sees them: a second copy of Pulumi would keep a state of its own. */
export function requireFromPlatform(name: string): unknown {
  if (!existsSync(platform)) throw new Error("SST's components aren't unpacked yet: run `bun run platform`");
  return createRequire(join(platform, "package.json"))(name);
}
