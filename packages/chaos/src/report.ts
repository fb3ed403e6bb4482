import Table from "cli-table3";
import type { EndedCounts } from "./access/access-counts.ts";
import { failuresOf, type Result } from "./result.ts";

/** The table that a run ends in, the verdict, and the stories of gifts with which something is wrong. */
export function report(result: Result): string {
  const table = new Table({ style: { head: [], border: [] } });
  table.push(...rowsOf(result));
  const failures = failuresOf(result);
  const verdict =
    failures.length === 0
      ? ["✓ Nothing was lost, nothing was doubled, and all is quiet again."]
      : [...failures.map((failure) => `✗ ${failure}`), ...result.evidence];
  return [table.toString(), ...verdict, `Again: bun run chaos --minutes ${result.minutes} --seed ${result.seed}`].join(
    "\n",
  );
}

function rowsOf(result: Result): [string, string][] {
  const { injected, access, audit, leftovers } = result;
  const restarts = injected["restart-fast"] + injected["restart-immediate"];
  const cuts = injected.cut + injected["half-open"] + injected["end-sessions"];
  return [
    ["processes killed (SIGKILL)", `${injected.kill}, the emulator ${result.emulatorKills} of them`],
    ["processes frozen (SIGSTOP)", `${injected.freeze}`],
    ["processes told to end (SIGTERM)", `${injected.terminate}`],
    ["Postgres restarted", `${restarts}: ${injected["restart-fast"]} fast, ${injected["restart-immediate"]} immediate`],
    ["connections cut, half-opened or ended", `${cuts}`],
    ["connections slowed or hung", `${injected.slow + injected.hang}`],
    ["starts that failed meanwhile", `${result.failedStarts}`],
    ["requests that clients had to repeat", `${result.retries}`],
    ["sends accepted", `${audit.accepted} of ${result.gifts} gifts`],
    ["SENT", `${audit.sent}`],
    ["FAILED", `${audit.failed}, ${leftovers.failedWithEffect} of them after a lost answer`],
    ["dead letters", `${leftovers.deadLetters}`],
    ["attempts cut short", `${leftovers.cutShort}`],
    ["keys replayed / second keys refused", `${result.replays} / ${result.refusals}`],
    ["another client's gift asked for: 404", `${access.strangersRefused}`],
    ["asked without a right key: 401", `${access.intrudersRefused}`],
    ["the revoked key", endedKey(access.revoked)],
    ["the rotated key", endedKey(access.rotated)],
    ["messages that the emulator lost, requeued", `${result.requeued}`],
    ["quiet after", `${result.quietAfterSeconds.toFixed(1)} s`],
    ["lost", `${audit.lost.length}`],
    ["doubled", `${audit.doubled.length}`],
    ["seed", `${result.seed}`],
  ];
}

function endedKey({ passed, refused, lastPassMilliseconds }: EndedCounts): string {
  return `passed ${passed} times, ${(lastPassMilliseconds / 1_000).toFixed(1)} s after its end the last; refused ${refused}`;
}
