/** Keeps what ends a part that was started. */
export type AtEnd = (end: () => Promise<unknown>) => void;

/**
 * Starts parts that need each other. They end in the opposite order: at `stop`, or at once when one of them can't
 * start.
 * @param start starts them and says how each ends, as soon as it runs
 * @param interrupted aborted when nobody wants them any more
 * @throws whatever `start` throws, or the reason of the interruption; nothing is left running then
 */
export async function startTogether<Parts>(
  start: (atEnd: AtEnd) => Promise<Parts>,
  interrupted?: AbortSignal,
): Promise<Parts & { stop(): Promise<void> }> {
  const endings: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    const parts = await start((end) => endings.push(end));
    interrupted?.throwIfAborted();
    return { ...parts, stop };
  } catch (err) {
    await stop();
    // A part that was ended couldn't start: the interruption is why.
    interrupted?.throwIfAborted();
    throw err;
  }
}
