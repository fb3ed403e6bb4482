import Table from "cli-table3";
import { failuresOf, type Result } from "./result.ts";

const head = [
  "scenario",
  "injected",
  "monitors that alerted",
  "detected after",
  "repaired after",
  "gifts affected",
  "accepted",
  "SENT",
  "FAILED",
  "lost",
  "doubled",
];

/** Widths of the two cells that are sentences; the table then fits 190 columns. */
const wide = { injected: 30, monitors: 46 };

/**
 * The table that a rehearsal ends in, with a sentence for each thing that went wrong.
 * @param timeScale of the windows
 */
export function report(results: readonly Result[], timeScale: number): string {
  const table = new Table({
    head,
    colWidths: [18, wide.injected, wide.monitors],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const result of results) table.push(rowOf(result));
  const failures = results.flatMap((result) => failuresOf(result).map((failure) => `✗ ${result.scenario}: ${failure}`));
  const verdict = failures.length === 0 ? [`✓ ${results.length} of ${results.length} rehearsals held.`] : failures;
  return [table.toString(), ...explanation(timeScale), ...verdict].join("\n");
}

/** What the numbers are, for whoever sees only the table. */
function explanation(timeScale: number): readonly string[] {
  return [
    `A minute of a monitor's window took ${(60 / timeScale).toFixed(2)} s here: windows, and the ages of what waits, are ${timeScale} times shorter; counts, shares and latencies are real.`,
    '"on AWS" is the rehearsed time in that scale, and 15 minutes more where CloudWatch is the only witness. * expected.',
    "Queue depth and age, load balancer, running tasks, connections and the agent's own metric are derived from the emulator, the rehearsal's load balancer, the process table, pg_stat_activity and the stand-in agent.",
  ];
}

function rowOf(result: Result): string[] {
  const { audit } = result;
  return [
    result.scenario,
    result.injected,
    alertsOf(result),
    detectionOf(result),
    `${result.repairedAfterSeconds.toFixed(1)} s`,
    ...[result.affected, audit.accepted, audit.sent, audit.failed, audit.lost.length, audit.doubled.length].map(String),
  ];
}

function alertsOf({ alerts }: Result): string {
  if (alerts.length === 0) return "none";
  const names = new Map(alerts.map(({ monitor, isExpected }) => [monitor, `${monitor}${isExpected ? "*" : ""}`]));
  return Array.from(names.values()).join(", ");
}

function detectionOf({ alerts, detectedAfterSeconds }: Result): string {
  const first = alerts.find(({ isExpected }) => isExpected);
  if (!first || detectedAfterSeconds === undefined) return "–";
  return `${detectedAfterSeconds.toFixed(1)} s (on AWS ${Math.ceil(first.onAwsMinutes)} min)`;
}
