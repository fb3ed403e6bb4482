import { type Interrupt, rejectOnAbort } from "@gift/local/command/interrupt";
import { otherRoles } from "@gift/local/stack/service-spec";
import { rehearsalMonitors } from "./deployment.ts";
import { type Alert, startWatch } from "./evaluate/watch.ts";
import { createClock } from "./evaluate/window.ts";
import { createRandom } from "./random.ts";
import { rehearse } from "./rehearsal.ts";
import type { Result } from "./result.ts";
import type { Scenario } from "./scenario/scenario.ts";
import type { Setting } from "./setting.ts";
import { observe } from "./signal/observe.ts";
import { SignalStore } from "./signal/signals.ts";
import { type System, startSystem } from "./system/system.ts";

export interface RunOptions {
  readonly seed: number;
  readonly timeScale: number;
  readonly isShort: boolean;
  readonly ratePerSecond: number;
  readonly interrupt: Interrupt;
  /** Tells people how far it is. */
  say(sentence: string): void;
}

/**
 * Starts one system and rehearses scenarios on it, one after another.
 * @throws StackError when the system can't start, InterruptedError when it was interrupted; nothing is left running
 *   then either
 */
export async function runRehearsals(scenarios: readonly Scenario[], options: RunOptions): Promise<readonly Result[]> {
  const { timeScale, seed, interrupt, say } = options;
  const store = new SignalStore();
  say(
    `Starting Postgres, SQS, two API tasks, two gift workers and one for ${otherRoles.join(" and ")} (seed ${seed}) …`,
  );
  const system = await startSystem({
    timeScale,
    interrupt,
    onLog: (line) => line.event !== undefined && store.addLine(line.event, Date.now()),
    onNotice: () => undefined,
  });
  try {
    return await Promise.race([rehearseAll(scenarios, options, system, store), rejectOnAbort(interrupt.stop)]);
  } finally {
    say("Stopping everything …");
    await system.stop();
  }
}

async function rehearseAll(
  scenarios: readonly Scenario[],
  { timeScale, isShort, ratePerSecond, seed, say }: RunOptions,
  system: System,
  store: SignalStore,
): Promise<readonly Result[]> {
  const monitors = rehearsalMonitors(timeScale);
  const stopObserving = observe(system, store, timeScale, (err) =>
    say(`   (a signal couldn't be read: ${String(err)})`),
  );
  const watch = startWatch({
    clock: createClock(timeScale),
    monitors,
    signals: store,
    // Once each: where minutes pass in a blink, a number near its threshold comes and goes.
    onAlert: (alert) => !alert.isRepeated && say(`   ▲ ${sentenceOf(alert)}`),
    onRecovery: (alert) => !alert.isRepeated && say(`   ▽ ${alert.monitor.key} recovered`),
  });
  const setting: Setting = {
    system,
    store,
    watch,
    monitors,
    timeScale,
    isShort,
    ratePerSecond,
    say,
    random: createRandom(seed),
  };
  const results: Result[] = [];
  try {
    for (const scenario of scenarios) results.push(await rehearse(setting, scenario));
  } finally {
    await watch.stop();
    await stopObserving();
  }
  return results;
}

function sentenceOf({ monitor, verdict }: Alert): string {
  const { critical } = monitor.condition.thresholds;
  const value = verdict.value === undefined ? "no data" : `${Number(verdict.value.toFixed(2))}, threshold ${critical}`;
  return `${monitor.key} alerts (${value}): docs/runbook.md#${monitor.id}`;
}
