import Table from "cli-table3";
import type { Evidence } from "./evidence.ts";
import { interrupted, percentile, type Tally, unaccounted } from "./tally.ts";

const noLinesBetweenRows = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

/**
 * The demo's closing table.
 * @param evidence from the database; undefined when there was no link to it
 * @param seconds from the first request to the last outcome
 */
export function report(tally: Tally, evidence: Evidence | undefined, seconds: number): string {
  const table = new Table({ colAligns: ["left", "right"], style: { head: [], border: [] }, chars: noLinesBetweenRows });
  const latency = (share: number) => {
    const value = percentile(tally.latenciesMilliseconds, share);
    return value === undefined ? "n/a" : `${Math.round(value).toLocaleString("en")} ms`;
  };
  const seen = (count: number | undefined) => count?.toLocaleString("en") ?? "n/a (no database link)";
  const rows: [string, string][] = [
    ["gifts created", tally.created.toLocaleString("en")],
    ["sends accepted", tally.accepted.toLocaleString("en")],
    ["SENT", tally.sent.toLocaleString("en")],
    ["FAILED", tally.failed.toLocaleString("en")],
    ...open(tally).map(([name, count]): [string, string] => [name, count.toLocaleString("en")]),
    ["accepted → SENT, p50", latency(0.5)],
    ["accepted → SENT, p95", latency(0.95)],
    ["accepted → SENT, p99", latency(0.99)],
    ["retried attempts", seen(evidence?.retries)],
    ["dead letters", seen(evidence?.deadLetters)],
    ["requests the client repeated", tally.clientRetries.toLocaleString("en")],
    ["duration", `${seconds.toFixed(1)} s`],
  ];
  table.push(...rows);
  return table.toString();
}

function open(tally: Tally): readonly [string, number][] {
  if (!tally.isInterrupted) return [["unaccounted", unaccounted(tally)]];
  const { onTheirWay, neverCreated } = interrupted(tally);
  return [
    ["on their way", onTheirWay],
    ["never created", neverCreated],
  ];
}
