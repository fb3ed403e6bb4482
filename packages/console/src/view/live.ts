import { type Html, html } from "../html/html.ts";
import { problemsOf } from "../live/problem.ts";
import type { Round } from "../live/round.ts";
import { charts } from "./charts.ts";
import { failures } from "./failures.ts";
import { flow } from "./flow.ts";
import { gifts } from "./gifts.ts";
import { openDeadLetters } from "./open-dead-letters.ts";
import { clockTime } from "./time.ts";
import { announcement, staleNotice, verdict } from "./verdict.ts";

/** The parts that a round replaces, by their ids. */
export function liveParts(round: Round): Readonly<Record<string, Html>> {
  const problems = problemsOf(round);
  return {
    announcement: announcement(problems),
    verdict: verdict(problems),
    flow: flow(round),
    gifts: gifts(round),
    failures: failures(round),
    "dead-letters": openDeadLetters(round),
  };
}

/**
 * The live page as it is at one moment; the script keeps it moving, and without one it is still true when it is loaded.
 */
export function livePage(round: Round): Html {
  const parts = liveParts(round);
  return html`${parts.announcement}
<div class="top">
${parts.verdict}
${staleNotice()}
<div class="live">
<p id="freshness" class="freshness" data-state="still"><span class="dot" aria-hidden="true"></span><span id="freshness-text">as of ${clockTime(round.at)}</span></p>
<button type="button" id="pause" class="quiet" aria-pressed="false" hidden>Pause</button>
</div>
</div>
<div id="figures">
${parts.flow}
${parts.gifts}
${charts()}
<div class="columns">
${parts.failures}
${parts["dead-letters"]}
</div>
</div>`;
}
