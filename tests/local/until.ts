import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again until the answer is there.
 * @param ask answers undefined or false, or throws, while it isn't
 * @param seconds deadline; the error then says what was waited for
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  seconds = 15,
): Promise<Answer> {
  const deadline = Date.now() + seconds * 1_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (err) {
      last = err;
    }
    await pause(25);
  }
  throw new Error(`waited ${seconds} s for ${what}`, { cause: last });
}

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
