import type { Scenario } from "./scenario.ts";

/**
 * In the workers' hands when it happens, since an idle worker has nothing that could fail. No burst: it would make the
 * API slow by itself.
 */
const inHand = { least: 4, message: "test:slow-3000" };

export const postgresDown: Scenario = {
  name: "postgres-down",
  injected: "Postgres hangs, then is unreachable",
  shows: "503 and Retry-After instead of lost sends, workers pause, and all goes on by itself",
  expects: [
    "api-latency",
    "api-errors",
    "healthy-hosts",
    "circuit-open-gift",
    "slo-availability-fast",
    "slo-latency-slow",
  ],
  async inject({ system, load, alerted, say, until, breaksNow }) {
    load.sayOnGifts(inHand.message);
    await until("sends to be in hand", async () => (await system.readDepth("gift")).inFlight >= inHand.least);
    load.sayOnGifts(undefined);
    breaksNow();
    system.postgres.freeze();
    say("connections to Postgres stay open and nothing gets through, as when a network drops packets");
    await alerted("api-latency");
    await alerted("slo-latency-slow");
    await system.postgres.cut();
    say("connections are reset and new ones refused, as during a failover");
  },
  repair: ({ step, system }) => step("Postgres is back: nothing to do but watch", () => system.postgres.mend()),
};
