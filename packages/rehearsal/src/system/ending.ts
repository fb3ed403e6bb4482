/** Keeps what ends a part that was started. */
export type AtEnd = (end: () => Promise<unknown>) => void;

/**
 * Starts parts that need each other. They end in the opposite order: at `stop`, or at once when one of them can't
 * start.
 * @param start starts them and says how each ends, as soon as it runs
 * @throws whatever `start` throws; nothing is left running then
 */
export async function startTogether<Parts>(
  start: (atEnd: AtEnd) => Promise<Parts>,
): Promise<Parts & { stop(): Promise<void> }> {
  const endings: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await start((end) => endings.push(end))), stop };
  } catch (err) {
    await stop();
    throw err;
  }
}
