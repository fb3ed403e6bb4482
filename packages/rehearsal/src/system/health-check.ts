import { setTimeout as pause } from "node:timers/promises";

/** As in `infra/load-balancer.ts`. */
const thresholds = { healthy: 2, unhealthy: 10 };
const timeoutMilliseconds = 5_000;

/**
 * Asks a target's /readyz at an interval and tells each time what the answers so far amount to.
 * @param port of the target on this machine
 * @returns how to stop
 */
export function checkTarget(
  port: number,
  intervalMilliseconds: number,
  onJudged: (isHealthy: boolean) => void,
): () => void {
  const stopping = new AbortController();
  void watch(port, intervalMilliseconds, onJudged, stopping.signal);
  return () => stopping.abort();
}

async function watch(
  port: number,
  intervalMilliseconds: number,
  onJudged: (isHealthy: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  let isHealthy = false;
  let contrary = 0;
  while (!signal.aborted) {
    const isReady = await ask(port);
    contrary = isReady === isHealthy ? 0 : contrary + 1;
    if (contrary >= (isHealthy ? thresholds.unhealthy : thresholds.healthy)) {
      isHealthy = isReady;
      contrary = 0;
    }
    if (!signal.aborted) onJudged(isHealthy);
    await pause(intervalMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}

async function ask(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(timeoutMilliseconds) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
