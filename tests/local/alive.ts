import { readFile } from "node:fs/promises";

/** Whether a process exists and isn't merely waiting to be collected by its parent. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined || !/\) Z /.test(stat);
}
