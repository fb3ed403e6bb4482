import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "./repository.ts";

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
}

/** The providers are installed as sst.config.ts pins them, by the SST that bun.lock pins. */
function isCurrent(): boolean {
  const [lockFile, versionFile] = [join(root, ".sst/provider-lock.json"), join(root, ".sst/platform/version")];
  if (!existsSync(lockFile) || !existsSync(versionFile)) return false;
  const lock: readonly { readonly name: string; readonly version: string }[] = JSON.parse(
    readFileSync(lockFile, "utf8"),
  );
  const pinned = readFileSync(join(root, "sst.config.ts"), "utf8");
  const installed = JSON.parse(readFileSync(join(root, "node_modules/sst/package.json"), "utf8")).version;
  return (
    readFileSync(versionFile, "utf8").trim() === installed &&
    lock.every(({ name, version }) => pinned.includes(name) && pinned.includes(`"${version}"`))
  );
}

/** bun puts itself on the path of the scripts it runs. */
function findBun(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, "bun")).find((path) => existsSync(path));
  if (!found) throw new Error("no bun on the path: start this as `npx --yes bun run platform`");
  return found;
}

installPlatform();
