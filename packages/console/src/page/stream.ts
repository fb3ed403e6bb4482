import type { Dependencies } from "../dependencies.ts";
import type { Route } from "../http/route.ts";
import { historySeconds } from "../live/history.ts";
import type { Round } from "../live/round.ts";
import type { Watch } from "../live/watch.ts";
import { liveParts } from "../view/live.ts";

/** Messages that may wait for a slow viewer; it then skips rounds instead of filling the memory. */
const mostWaiting = 4;

/** `GET /stream`: a server-sent event per round, for as long as somebody listens and may. */
export function streamRoute({ watch, stopping }: Dependencies): Route {
  return {
    method: "GET",
    path: "/stream",
    handle: ({ isStillAdmitted }) =>
      new Response(roundStream(watch, stopping, isStillAdmitted), {
        headers: { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" },
      }),
  };
}

function roundStream(watch: Watch, stopping: AbortSignal, isStillAdmitted: () => boolean): ReadableStream<Uint8Array> {
  let end: () => void = () => undefined;
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    // A new viewer gets the charts whole; one who missed a round gets its seconds with the next.
    let chartsFrom = Math.floor(Date.now() / 1_000) - historySeconds;
    const onRound = (round: Round) => {
      if (!isStillAdmitted()) return close();
      const from = Math.min(chartsFrom, round.changedFrom);
      chartsFrom = from;
      if ((controller.desiredSize ?? 0) <= 0) return;
      controller.enqueue(encode(round, watch.points(from)));
      chartsFrom = Number.POSITIVE_INFINITY;
    };
    const unsubscribe = watch.subscribe(onRound);
    end = () => {
      unsubscribe();
      stopping.removeEventListener("abort", close);
    };
    const close = () => {
      end();
      controller.close();
    };
    stopping.addEventListener("abort", close);
  };
  return new ReadableStream({ start, cancel: () => end() }, { highWaterMark: mostWaiting });
}

const encoder = new TextEncoder();

/** All viewers of a round get the same parts. */
const rendered = new WeakMap<Round, Readonly<Record<string, string>>>();

function encode(round: Round, points: ReturnType<Watch["points"]>): Uint8Array {
  const parts = rendered.get(round) ?? textsOf(round);
  rendered.set(round, parts);
  const charts = points.map((point) => Object.values(point));
  return encoder.encode(`event: round\ndata: ${JSON.stringify({ at: round.at, parts, charts })}\n\n`);
}

function textsOf(round: Round): Record<string, string> {
  return Object.fromEntries(Object.entries(liveParts(round)).map(([id, part]) => [id, part.text]));
}
