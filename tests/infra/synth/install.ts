import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { platform, root } from "./repository.ts";

/** What the last installation here was made for. */
const marker = join(root, ".sst/platform.fingerprint");

/**
 * Unpacks SST's components and the providers of sst.config.ts into `.sst`, with npm packages alone: no AWS account, no
 * Pulumi, none of the command line's own downloads. Does nothing when they are there already.
 */
function installPlatform(): void {
  if (isCurrent()) return;
  execFileSync(join(root, "node_modules/.bin/sst"), ["install", "--stage", "synth"], {
    cwd: root,
    stdio: "inherit",
    // Without the two, the command line would first download Pulumi and a bun of its own.
    env: { ...process.env, SST_SKIP_DEPENDENCY_CHECK: "1", SST_BUN_PATH: findBun(), SST_TELEMETRY_DISABLED: "1" },
  });
  writeFileSync(marker, fingerprint());
}

/** Of what decides what is installed: sst.config.ts names the providers, bun.lock pins SST. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const file of ["sst.config.ts", "node_modules/sst/package.json"]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function isCurrent(): boolean {
  return existsSync(marker) && existsSync(platform) && readFileSync(marker, "utf8") === fingerprint();
}

/** bun puts itself on the path of the scripts it runs. */
function findBun(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, "bun")).find((path) => existsSync(path));
  if (!found) throw new Error("no bun on the path: start this as `npx --yes bun run platform`");
  return found;
}

installPlatform();
