import { type Interrupt, rejectOnAbort } from "@gift/local/command/interrupt";
import { otherRoles } from "@gift/local/stack/service-spec";
import { createRandom } from "@gift/rehearsal/random";
import { startAccess } from "./access/access.ts";
import { issueKeyring } from "./access/keyring.ts";
import { concludeRun } from "./conclude.ts";
import { carryOut } from "./fault/carry-out.ts";
import { startLoad } from "./load/load.ts";
import { planKeys } from "./plan/key-plan.ts";
import type { Fault } from "./plan/plan.ts";
import { planFaults } from "./plan/plan.ts";
import type { Result } from "./result.ts";
import { type System, startSystem } from "./system/system.ts";

export interface RunOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly giftsPerSecond: number;
  readonly interrupt: Interrupt;
  /** Tells people how far it is. */
  say(sentence: string): void;
}

/** From so many minutes on SQS hides messages as long as on AWS; a shorter run has no time to wait for that. */
const realLeaseFromMinutes = 5;
const lease = { shortSeconds: 6, realSeconds: 30 };
/** The load's chances are not the plan's: a faster load leaves the faults as they are. */
const loadSeed = 0x9e3779b9;
const accessSeed = 0x85ebca6b;

/**
 * Starts one system, loads it, harms it according to the seed's plan, and audits what became of every gift.
 * @throws StackError when the system can't start, InterruptedError when it was interrupted; nothing is left running
 *   then either
 */
export async function runChaos(options: RunOptions): Promise<Result> {
  const { minutes, seed, interrupt, say } = options;
  const isReal = minutes >= realLeaseFromMinutes;
  const leaseSeconds = isReal ? lease.realSeconds : lease.shortSeconds;
  const plan = planFaults({ seed, minutes, leaseSeconds });
  say(`Starting Postgres, SQS, API, three gift workers, ${otherRoles.join(" and ")} …`);
  const system = await startSystem(isReal ? undefined : leaseSeconds, interrupt);
  try {
    say(
      `${plan.length} faults in ${minutes} minutes, seed ${seed}; SQS hides a received message for ${leaseSeconds} s`,
    );
    return await Promise.race([harm(system, plan, options), rejectOnAbort(interrupt.stop)]);
  } finally {
    say("Stopping everything …");
    await system.stop();
  }
}

async function harm(system: System, plan: readonly Fault[], options: RunOptions): Promise<Result> {
  const { giftsPerSecond, seed, minutes, say } = options;
  const signal = options.interrupt.stop;
  const { apiUrl: url, database } = system;
  const keyring = await issueKeyring(database);
  const load = startLoad({ url, giftsPerSecond, clients: keyring.clients, random: createRandom(seed ^ loadSeed) });
  const access = startAccess({
    url,
    database,
    load,
    keyring,
    signal,
    plan: planKeys(options),
    random: createRandom(seed ^ accessSeed),
    say: (sentence) => say(`· ${sentence}`),
  });
  const startedAt = performance.now();
  const tell = (fault: Fault) =>
    say(`${sentenceOf(fault)}   [${load.begun()} gifts, ${load.retries()} repeated requests]`);
  const faults = await carryOut(system, plan, tell, signal);
  signal.throwIfAborted();
  const elapsed = performance.now() - startedAt;
  say(
    `No more faults after ${Math.round(elapsed / 1_000)} s: waiting until every request is answered and nothing moves`,
  );
  return await concludeRun({ system, load, access, keyring, faults, seed, minutes, say });
}

function sentenceOf({ target, way, lastsMilliseconds }: Fault): string {
  const length = lastsMilliseconds > 0 ? ` for ${(lastsMilliseconds / 1_000).toFixed(1)} s` : "";
  return `✗ ${way} ${target}${length}`.padEnd(48);
}
