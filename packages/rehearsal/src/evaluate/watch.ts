import { setTimeout as pause } from "node:timers/promises";
import type { Definition } from "@gift/monitor/definition";
import type { Signals } from "../signal/signals.ts";
import { evaluate, isLoud, type Verdict } from "./evaluate.ts";
import type { Clock } from "./window.ts";

/** One time that a monitor told people. */
export interface Alert {
  readonly monitor: Definition;
  /** Milliseconds of this machine's clock. */
  readonly at: number;
  readonly verdict: Verdict;
  /** It had alerted before in this scenario. */
  readonly isRepeated: boolean;
  recoveredAt?: number;
}

/** Evaluates monitors all the time and keeps what they said. */
export interface Watch {
  /** Every alert since the start or the last `forget`, oldest first. */
  readonly alerts: readonly Alert[];
  /** Keys of the monitors that are alerting now. */
  alerting(): readonly string[];
  /** A new scenario: what was said before is history. */
  forget(): void;
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly monitors: readonly Definition[];
  readonly signals: Signals;
  onAlert(alert: Alert): void;
  onRecovery(alert: Alert): void;
}

const intervalMilliseconds = 200;

/** Starts watching. */
export function startWatch(options: WatchOptions): Watch {
  const stopping = new AbortController();
  let alerts: Alert[] = [];
  const open = new Map<string, Alert>();

  function look(monitor: Definition, now: number): void {
    const verdict = evaluate(options.clock, monitor, options.signals, now);
    const before = open.get(monitor.key);
    const isAlerting = isLoud(verdict, monitor.condition);
    if (isAlerting && !before) begin({ monitor, at: now, verdict, isRepeated: hasAlerted(monitor.key) });
    if (!isAlerting && before) end(before, now);
  }

  function hasAlerted(key: string): boolean {
    return alerts.some(({ monitor }) => monitor.key === key);
  }

  function begin(alert: Alert): void {
    open.set(alert.monitor.key, alert);
    alerts.push(alert);
    options.onAlert(alert);
  }

  function end(alert: Alert, now: number): void {
    open.delete(alert.monitor.key);
    alert.recoveredAt = now;
    options.onRecovery(alert);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const now = Date.now();
      for (const monitor of options.monitors) look(monitor, now);
      await pause(intervalMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    get alerts() {
      return alerts;
    },
    alerting: () => Array.from(open.keys()),
    forget() {
      alerts = [];
      open.clear();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
