import type { Condition } from "@gift/monitor/definition";
import { seriesOf } from "./evaluate/metric.ts";
import type { Alert } from "./evaluate/watch.ts";
import type { AlertResult } from "./result.ts";
import type { Scenario } from "./scenario/scenario.ts";

/**
 * Monitors of CloudWatch's metrics are evaluated so much later, because those arrive up to so much later:
 * docs/observability.md#alerts.
 */
export const cloudWatchDelayMinutes = 15;

/**
 * What is reported of each alert.
 * @param since when the failure was injected, milliseconds of this machine's clock
 */
export function resultsOf(
  alerts: readonly Alert[],
  { scenario, since, timeScale }: { scenario: Scenario; since: number; timeScale: number },
): readonly AlertResult[] {
  return alerts.map(({ monitor, at, verdict }) => {
    const afterSeconds = (at - since) / 1_000;
    return {
      monitor: monitor.key,
      priority: monitor.priority,
      isExpected: scenario.expects.includes(monitor.key),
      value: verdict.value,
      threshold: monitor.condition.thresholds.critical,
      afterSeconds,
      onAwsMinutes: (afterSeconds * timeScale) / 60 + delayMinutes(monitor.condition),
    };
  });
}

function delayMinutes(condition: Condition): number {
  const isCloudWatch =
    condition.kind === "metric" && seriesOf(condition.formula).some(({ from }) => from === "cloudwatch");
  return isCloudWatch ? cloudWatchDelayMinutes : 0;
}
