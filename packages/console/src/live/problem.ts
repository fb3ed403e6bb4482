import { fleet } from "@gift/fleet/fleet";
import { objectives } from "@gift/telemetry/objective";
import { type DatabaseFigures, tallySeconds } from "./database-figures.ts";
import type { QueueFigures } from "./queue-figures.ts";
import type { Round } from "./round.ts";
import type { Reading } from "./source.ts";

/** Something an operator should look at, worst first. */
export interface Problem {
  readonly level: "critical" | "attention";
  /** Without figures that move: it is read out when it changes. */
  readonly title: string;
  readonly detail: string;
  /** Where on this page to go on. */
  readonly link?: { readonly path: string; readonly text: string };
  /** The page of docs/runbook.md. */
  readonly runbook: string;
}

/** The outbox is swept every second; a minute is what a crash's lease and one failed publish may take. */
const outboxPatienceSeconds = 60;

/** A dead letter is recorded within a second of its arrival; one that is just passing through is no news. */
const recordingPatienceSeconds = 10;

/** With fewer attempts a streak of bad luck, at one failure in five, would look like an outage. */
const leastAttempts = 20;
const mostFailedShare = 0.5;

/**
 * What is wrong, the worst first; empty when all is well. These are the questions of the first minute, not the
 * monitors, which look at longer windows.
 * @param round what is known now
 */
export function problemsOf({ database, queues, unrecordedSeconds }: Round): Problem[] {
  const figures = database.kind === "fresh" ? database.value : undefined;
  const depths = queues.kind === "fresh" ? queues.value : undefined;
  const problems = [
    away(database, "Postgres doesn't answer", "The API answers 503 and workers hold their messages.", "healthy-hosts"),
    away(queues, "SQS doesn't answer", "Sends are still accepted; they wait in the outbox.", "outbox-age"),
    figures && depths && idleWorkers(figures, depths),
    figures && blockedOutbox(figures),
    figures && failingAttempts(figures),
    figures && slowDelivery(figures),
    depths && unrecordedLetters(depths, unrecordedSeconds),
    figures && openDeadLetters(figures),
    figures && failedGifts(figures, depths),
  ].filter((problem) => problem !== undefined);
  return problems.sort((one, other) => rank(one) - rank(other));
}

function rank({ level }: Problem): number {
  return level === "critical" ? 0 : 1;
}

function away(reading: Reading<unknown>, title: string, meaning: string, runbook: string): Problem | undefined {
  if (reading.kind === "fresh") return undefined;
  const since = reading.since.toISOString().slice(11, 19);
  const detail = `Since ${since} UTC: ${reading.reason}. ${meaning} Its figures are left empty below.`;
  return { level: "critical", title, detail, runbook };
}

function idleWorkers({ lastMinute }: DatabaseFigures, { gift }: QueueFigures): Problem | undefined {
  if (gift.waiting === 0 || lastMinute.begun > 0) return undefined;
  return {
    level: "critical",
    title: "No worker takes messages",
    detail: `${gift.waiting} wait in the queue, and no attempt has begun for ${tallySeconds} s.`,
    runbook: "tasks-missing",
  };
}

function blockedOutbox({ outbox }: DatabaseFigures): Problem | undefined {
  const oldest = Math.max(0, ...outbox.map(({ oldestAgeSeconds }) => oldestAgeSeconds));
  if (oldest < outboxPatienceSeconds) return undefined;
  const error = outbox.find(({ lastError }) => lastError !== null)?.lastError;
  const detail = `The oldest message has waited ${Math.round(oldest)} s${error ? `: ${error}` : ""}.`;
  return { level: "critical", title: "The outbox doesn't drain", detail, runbook: "outbox-age" };
}

function failingAttempts({ lastMinute, failures }: DatabaseFigures): Problem | undefined {
  const failed = lastMinute.retried + lastMinute.failed;
  const ended = failed + lastMinute.sent;
  if (ended < leastAttempts || failed / ended <= mostFailedShare) return undefined;
  return {
    level: "critical",
    title: "Most attempts fail",
    detail: `${failed} of ${ended} in the last minute; the newest error is ${failures[0]?.errorCode ?? "unknown"}.`,
    runbook: "send-failures",
  };
}

function slowDelivery({ longestQueuedSeconds: seconds }: DatabaseFigures): Problem | undefined {
  const { thresholdSeconds } = objectives.delivery;
  if (seconds === null || seconds < thresholdSeconds) return undefined;
  const minutes = Math.floor(seconds / 60);
  const detail = `A gift has been QUEUED for ${minutes} min; the objective is ${thresholdSeconds / 60} min, and ${fleet.queues.gift.deadLetter.maxReceiveCount} attempts take up to four.`;
  return { level: "attention", title: "A gift waits too long", detail, runbook: "queue-age" };
}

function unrecordedLetters({ deadLetters }: QueueFigures, seconds: number): Problem | undefined {
  if (deadLetters.waiting === 0 || seconds < recordingPatienceSeconds) return undefined;
  return {
    level: "attention",
    title: "Dead letters are not recorded yet",
    detail: `${deadLetters.waiting} wait in the dead-letter queue; its handler records and removes them.`,
    runbook: "dead-letter",
  };
}

function openDeadLetters({ openDeadLetters: open }: DatabaseFigures): Problem | undefined {
  const count = total(open);
  if (count === 0) return undefined;
  return {
    level: "attention",
    title: "Dead letters are open",
    detail: `${count === 1 ? "One send has" : `${count} sends have`} failed for good: ${codesOf(open)}.`,
    link: { path: "/dead-letters", text: "Look at them" },
    runbook: "dead-letter",
  };
}

/** A permanent error leaves no dead letter, and looks like any other failure a minute later. */
/** @param depths while dead letters wait to be recorded, some of these gifts will have one */
function failedGifts({ failedGifts: failed }: DatabaseFigures, depths: QueueFigures | undefined): Problem | undefined {
  const count = total(failed);
  if (count === 0 || (depths && depths.deadLetters.waiting > 0)) return undefined;
  return {
    level: "attention",
    title: "Gifts are FAILED without a dead letter",
    detail: `${count === 1 ? "One has" : `${count} have`} failed at once within the last day: ${codesOf(failed)}. Only a redrive of the gifts themselves sends them.`,
    link: { path: "/gifts?status=FAILED", text: "Look at them" },
    runbook: "send-failures",
  };
}

interface Tally {
  readonly errorCode: string;
  readonly count: number;
}

function total(tallies: readonly Tally[]): number {
  return tallies.reduce((sum, { count }) => sum + count, 0);
}

function codesOf(tallies: readonly Tally[]): string {
  const codes = tallies.slice(0, 3).map(({ errorCode, count }) => `${errorCode} (${count})`);
  return codes.join(", ") + (tallies.length > 3 ? " and more" : "");
}
