import { audit } from "@gift/rehearsal/audit/audit";
import { until } from "@gift/rehearsal/until";
import type { Access } from "./access/access.ts";
import { nobodyAsked } from "./access/access-counts.ts";
import type { Keyring } from "./access/keyring.ts";
import { auditBooks, countOldTransactions, readLeftovers } from "./audit/books.ts";
import { tellEvidence } from "./audit/evidence.ts";
import { auditForbidden } from "./audit/forbidden.ts";
import { waitForQuiet } from "./audit/quiet.ts";
import { countWays } from "./fault/carry-out.ts";
import type { Load } from "./load/load.ts";
import { patienceMilliseconds } from "./patience.ts";
import type { Fault } from "./plan/plan.ts";
import type { Result } from "./result.ts";
import type { Subject } from "./system/subject.ts";
import type { System } from "./system/system.ts";

export interface Ended {
  readonly system: System;
  readonly load: Load;
  readonly access: Access;
  readonly keyring: Keyring;
  /** What was done to it. */
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly minutes: number;
  say(sentence: string): void;
}

/** The longest chain is a message that is received five times and was hidden for 30 s each time, on a busy machine. */
const quietPatienceMilliseconds = 300_000;

/** Everything counts that was created: the run had a database of its own. */
const sinceEver = new Date(0);

/** Waits until nothing moves any more, and audits. */
export async function concludeRun({
  system,
  load,
  access,
  keyring,
  faults,
  seed,
  minutes,
  say,
}: Ended): Promise<Result> {
  const faultsEndedAt = performance.now();
  const problems: string[] = [];
  const settled = async <Value>(what: string, work: Promise<Value>) =>
    await work.catch((err: unknown) => void problems.push(`${what}: ${String(err)}`));
  await settled("a client gave up", load.stop());
  await settled("a process is away", allReady(system));
  const emulatorKills = faults.filter(({ target, way }) => target === "sqs" && way === "kill").length;
  const quiet = await waitForQuiet(system, {
    mayRequeue: emulatorKills > 0,
    patienceMilliseconds: quietPatienceMilliseconds,
  });
  const quietAfterSeconds = (performance.now() - faultsEndedAt) / 1_000;
  say("Quiet. Asking every accepted key once more …");
  const replays = await load.replay();
  const { lost, doubled, ...counts } = await audit(system.database, sinceEver, load.answers.accepted);
  say("Asking for every gift as another client, and with the keys that have ended …");
  const accessCounts = await settled("a key", access.conclude());
  const findings = [
    ...load.answers.findings,
    ...access.findings(),
    ...(await auditBooks(system.database)),
    ...(await auditForbidden(system.database, load.owners, keyring.clients)),
  ];
  const left = await countOldTransactions(system.database);
  if (left > 0) problems.push(`${left} transactions were left open`);
  return {
    ...quiet,
    seed,
    minutes,
    replays,
    quietAfterSeconds,
    findings,
    emulatorKills,
    injected: countWays(faults),
    gifts: load.begun(),
    retries: load.retries(),
    refusals: load.refusals(),
    audit: { ...counts, lost, doubled },
    leftovers: await readLeftovers(system.database),
    failedStarts: sum(system, ({ failedStarts }) => failedStarts),
    access: accessCounts ?? nobodyAsked,
    problems: [...problems, ...load.problems(), ...access.problems(), ...crashes(system)],
    evidence: await tellEvidence(system.database, [...lost, ...doubled, ...findings]),
  };
}

async function allReady({ subjects }: System): Promise<void> {
  const areReady = () => Array.from(subjects.values()).every((each) => each.isReady());
  await until("every process to be ready", areReady, patienceMilliseconds);
}

function sum({ subjects }: System, number: (subject: Subject) => number): number {
  return Array.from(subjects.values(), number).reduce((total, each) => total + each, 0);
}

function crashes({ subjects }: System): readonly string[] {
  return Array.from(subjects.values()).flatMap((subject) => subject.crashes);
}
