import { mkdir, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { StackError } from "../command/usage-error.ts";

/** Its presence says that the folder was made by this tool, so that `--fresh` may remove it. */
const marker = "made-by-bun-run-local";

/**
 * Makes the data folder ready for use, or checks that it's one of ours. Call it while holding the folder's lock.
 * @param fresh removes what an earlier run left
 * @throws StackError when the folder is somebody else's or can't be written
 */
export async function prepareDataFolder(folder: string, fresh: boolean): Promise<void> {
  try {
    const names = await readdir(folder).catch(ignoreMissing);
    if (names.length > 0 && !names.includes(marker))
      throw new StackError(
        `${folder} holds files that "bun run local" didn't make: choose another folder with --data-dir.`,
      );
    if (fresh) await rm(folder, { recursive: true, force: true });
    await makeFolder(join(folder, "logs"));
    await writeFile(join(folder, marker), "Data of the local stack. Removed by --fresh.\n");
  } catch (err) {
    if (err instanceof StackError) throw err;
    const reason = err instanceof Error && "code" in err ? String(err.code) : String(err);
    throw new StackError(
      `The data folder ${folder} can't be written (${reason}): make it writable, or choose another with --data-dir.`,
    );
  }
}

/** Not by `mkdir`'s own `recursive`: where a parent exists and takes no folders (/proc), Node 24 tries it for ever. */
async function makeFolder(folder: string): Promise<void> {
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isThere) return;
  await makeFolder(dirname(folder));
  await mkdir(folder);
}

/** The folder's absolute path with links resolved, also when the last parts don't exist yet. */
export async function canonical(folder: string): Promise<string> {
  const resolved = await realpath(folder).catch(() => undefined);
  if (resolved !== undefined || folder === dirname(folder)) return resolved ?? folder;
  return join(await canonical(dirname(folder)), basename(folder));
}

function ignoreMissing(err: unknown): string[] {
  if (err instanceof Error && "code" in err && err.code === "ENOENT") return [];
  throw err;
}
