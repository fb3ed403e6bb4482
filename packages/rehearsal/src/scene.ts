import { isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { patienceMinutes } from "./evaluate/lookback.ts";
import type { Load } from "./load/load.ts";
import { operate } from "./operate.ts";
import type { Scene } from "./scenario/scene.ts";
import type { Setting } from "./setting.ts";
import { until } from "./until.ts";

/** For what a scenario waits for besides monitors: the slowest is a provider that hangs five times for 25 s. */
const patienceMilliseconds = 240_000;
const linesShown = 2;
/** Beyond a monitor's window: signals take a moment to arrive, and a process to notice. */
const graceMilliseconds = 20_000;

/**
 * The scene of one scenario.
 * @param breaksNow told when the damage begins
 */
export function createScene(setting: Setting, load: Load, breaksNow: () => void): Scene {
  const { system, watch, timeScale, say } = setting;
  const monitorOf = (key: string) => {
    const monitor = setting.monitors.find((each) => each.key === key);
    if (!monitor) throw new Error(`there is no monitor ${key}`);
    return monitor;
  };
  return {
    system,
    load,
    timeScale,
    isShort: setting.isShort,
    random: setting.random,
    breaksNow,
    say: (sentence) => say(`   ${sentence}`),
    async step(sentence, work) {
      say(`   → ${sentence}`);
      return await work();
    },
    thresholdOf: (key) => monitorOf(key).condition.thresholds.critical,
    isAlerting: (key) => watch.alerting().includes(key),
    readWaiting: async () => (await system.readDepth("gift")).visible,
    async alerted(key) {
      const shortened = (patienceMinutes(monitorOf(key).condition) * 60_000) / timeScale;
      const hasAlerted = () => watch.alerts.some(({ monitor }) => monitor.key === key);
      await until(key, hasAlerted, shortened + graceMilliseconds);
    },
    async operate(...words) {
      say(`   → bun run ops ${words.join(" ")}`);
      const printed = await operate(system, words);
      for (const line of proseOf(printed).slice(-linesShown)) say(`     ${line}`);
      return printed;
    },
    // While Postgres is away nobody knows; anything else that is thrown is a mistake of the scenario.
    until: async (what, isSo) => void (await until(what, isSo, patienceMilliseconds, isDatabaseUnavailable)),
  };
}

/** What a command printed besides its tables, which are wider than what surrounds them here. */
function proseOf(printed: string): readonly string[] {
  return printed.split("\n").filter((line) => line !== "" && !/^[┌├│└]/.test(line));
}
