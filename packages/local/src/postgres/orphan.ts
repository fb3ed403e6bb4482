import { readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Stops a Postgres that outlived whoever started it on this folder (fast: sessions are ended, data is flushed).
 * Only call it while holding the folder: a live server found here is then an orphan by definition.
 * @param timeoutMilliseconds after this it is killed, which Postgres repairs from its log at the next start
 */
export async function stopOrphan(folder: string, timeoutMilliseconds: number): Promise<void> {
  const lines = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(lines, 10);
  if (!(pid > 1) || !(await isPostgres(pid))) return;
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + timeoutMilliseconds;
  while (await isPostgres(pid)) {
    if (Date.now() > deadline) return void process.kill(pid, "SIGKILL");
    await pause(50);
  }
}

/** A pid file outlives a crash and pids are reused, so the pid alone says nothing. */
async function isPostgres(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const program = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  // Without /proc (macOS) the live pid in the file of a folder that we hold has to be proof enough.
  return program === undefined ? process.platform !== "linux" : basename(program) === "postgres";
}
