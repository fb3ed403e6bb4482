import { setTimeout as pause } from "node:timers/promises";
import { resultsOf } from "./alert-result.ts";
import { affectedGifts, areDone } from "./audit/affected.ts";
import { audit } from "./audit/audit.ts";
import { settle } from "./audit/settle.ts";
import { lookbackMinutes } from "./evaluate/lookback.ts";
import { type Load, startLoad } from "./load/load.ts";
import type { Result } from "./result.ts";
import type { Scenario } from "./scenario/scenario.ts";
import type { Scene } from "./scenario/scene.ts";
import { createScene } from "./scene.ts";
import type { Setting } from "./setting.ts";
import { startServices } from "./system/system.ts";

/** All is well before something is broken: so much load goes through first, and gauges are heard. */
const warmUpMilliseconds = 2_500;
const settleMilliseconds = { short: 60_000, long: 240_000 };
/** Objectives that look back for hours go on alerting; an operator closes those pages knowing why. */
const longLookbackMinutes = 60;

/**
 * Rehearses one scenario: load, failure, alerts, repair, and the audit of what became of every gift.
 * @throws Error when the rehearsal itself breaks, e.g. an operator's command fails
 */
export async function rehearse(setting: Setting, scenario: Scenario): Promise<Result> {
  const { system, say } = setting;
  say(`── ${scenario.name}: ${scenario.injected}`);
  await startServices(system.services);
  const load = startLoad({ url: system.loadBalancer.url, ratePerSecond: setting.ratePerSecond });
  const since = new Date();
  setting.store.clear();
  setting.watch.forget();
  let brokenAt = Number.NaN;
  const breaksNow = () => {
    brokenAt = Date.now();
    // What alerted before was this machine being busy, and detects nothing.
    setting.watch.forget();
  };
  const scene = createScene(setting, load, breaksNow);
  try {
    await pause(warmUpMilliseconds);
    breaksNow();
    const played = await play(setting, scenario, scene);
    await load.stop();
    return await conclude(setting, scenario, { ...played, brokenAt, scene, load, since });
  } finally {
    load.abandon();
  }
}

interface Played {
  readonly repairedAt: number;
  readonly missing: readonly string[];
}

async function play({ system, watch, say }: Setting, scenario: Scenario, scene: Scene): Promise<Played> {
  await scenario.inject(scene);
  const missing: string[] = [];
  for (const key of scenario.expects) await scene.alerted(key).catch(() => missing.push(key));
  for (const key of missing) say(`   ${key} does not alert`);
  await scenario.repair(scene);
  const repairBegan = new Date();
  await scene.until("every send to have its outcome", () => areDone(system.database, repairBegan));
  const repairedAt = Date.now();
  say(`   back to normal; ${watch.alerting().length} monitors still look back at it`);
  return { repairedAt, missing };
}

interface Ended extends Played {
  readonly brokenAt: number;
  readonly scene: Scene;
  readonly load: Load;
  readonly since: Date;
}

async function conclude(setting: Setting, scenario: Scenario, ended: Ended): Promise<Result> {
  const { system, watch } = setting;
  const unsettled = await settleSystem(setting);
  const stuck = await stuckMonitors(setting);
  const alerts = resultsOf(watch.alerts, { scenario, since: ended.brokenAt, timeScale: setting.timeScale });
  return {
    scenario: scenario.name,
    injected: scenario.injected,
    alerts,
    missing: ended.missing,
    stuck,
    detectedAfterSeconds: alerts.find(({ isExpected }) => isExpected)?.afterSeconds,
    repairedAfterSeconds: (ended.repairedAt - ended.brokenAt) / 1_000,
    affected: new Set([...ended.load.delayed, ...(await affectedGifts(system.database, ended.since))]).size,
    retriedRequests: ended.load.retries(),
    audit: await audit(system.database, ended.since, ended.load.accepted),
    unsettled,
    problems: [...((await scenario.verify?.(ended.scene)) ?? [])],
  };
}

async function settleSystem({ system, isShort, say }: Setting) {
  say("   the load has stopped: waiting until nothing is on its way");
  return await settle(system.database, system.readDepth, settleMilliseconds[isShort ? "short" : "long"]);
}

/** Waits for the monitors to recover, as long as their windows are. */
async function stuckMonitors({ watch, monitors, timeScale }: Setting): Promise<readonly string[]> {
  const looksBriefly = (key: string) =>
    monitors.some((monitor) => monitor.key === key && lookbackMinutes(monitor.condition) <= longLookbackMinutes);
  const waiting = () => watch.alerting().filter(looksBriefly);
  const deadline = Date.now() + (2 * longLookbackMinutes * 60_000) / timeScale;
  while (waiting().length > 0 && Date.now() < deadline) await pause(100);
  return waiting();
}
