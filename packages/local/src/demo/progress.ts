import { Presets, SingleBar } from "cli-progress";
import type { Tally } from "./tally.ts";

const refreshMilliseconds = { terminal: 100, plain: 2_000 };

/** Shows how far the demo is: a bar on a terminal, now and then a line elsewhere. Returns how to stop it. */
export function showProgress(tally: Tally, isTerminal: boolean): () => void {
  return isTerminal ? showBar(tally) : showLines(tally);
}

function showBar(tally: Tally): () => void {
  const format = "  {bar} {value}/{total} done | {accepted} accepted | {sent} SENT | {failed} FAILED";
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  const update = () => {
    const { accepted, sent, failed } = tally;
    bar.update(sent + failed, { accepted, sent, failed });
  };
  bar.start(tally.asked, 0, { accepted: 0, sent: 0, failed: 0 });
  const timer = setInterval(update, refreshMilliseconds.terminal);
  return () => {
    clearInterval(timer);
    update();
    bar.stop();
  };
}

function showLines(tally: Tally): () => void {
  const print = () =>
    process.stdout.write(
      `${tally.sent + tally.failed}/${tally.asked} done, ${tally.accepted} accepted, ${tally.sent} SENT, ${tally.failed} FAILED\n`,
    );
  const timer = setInterval(print, refreshMilliseconds.plain);
  return () => {
    clearInterval(timer);
    print();
  };
}
