import { mkdirSync, rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const pollMilliseconds = 50;

/** Longer than a synthesis may take: who holds a lock for longer has been killed. */
const staleMilliseconds = 90_000;

/**
 * Runs one at a time among all processes that name the same lock.
 * @param lock path of a folder that doesn't exist while nobody holds the lock
 */
export async function exclusively<Result>(lock: string, run: () => Promise<Result>): Promise<Result> {
  while (!isAcquired(lock)) await pause(pollMilliseconds);
  try {
    return await run();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Creating a folder either succeeds or fails, also when two processes try at once. */
function isAcquired(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (ageMilliseconds(lock) > staleMilliseconds) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** 0 for a lock that has just been given back. */
function ageMilliseconds(lock: string): number {
  const found = statSync(lock, { throwIfNoEntry: false });
  return found ? Date.now() - found.mtimeMs : 0;
}
