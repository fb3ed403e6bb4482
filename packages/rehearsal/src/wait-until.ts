import { setTimeout as pause } from "node:timers/promises";
import { isDatabaseUnavailable } from "@gift/core/database/unavailable";

const pollMilliseconds = 100;

/**
 * Waits until something is so. While Postgres is away nobody knows: the question is asked again.
 * @param what for the error, e.g. "an alert"
 * @throws Error when it isn't so in time; whatever else the question throws
 */
export async function waitUntil(
  what: string,
  milliseconds: number,
  isSo: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await isKnownToBe(isSo))) {
    if (Date.now() > deadline) throw new Error(`waited ${Math.round(milliseconds / 1_000)} s for ${what}`);
    await pause(pollMilliseconds);
  }
}

async function isKnownToBe(isSo: () => Promise<boolean> | boolean): Promise<boolean> {
  try {
    return await isSo();
  } catch (err) {
    if (!isDatabaseUnavailable(err)) throw err;
    return false;
  }
}
