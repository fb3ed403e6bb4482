import { desiredTasks } from "../system/system.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Two workers with 100 slots finish 40 of these a second, which is slower than gifts come on a busy machine; four of
 * them 80.
 */
const slowSend = "test:slow-5000";
/** Enough above the threshold that an average over the window passes it. */
const excess = 1.5;
const giftsAtOnce = 40;

export const backlog: Scenario = {
  name: "backlog",
  injected: "more gifts than the workers can send",
  shows: "the queue takes what comes, the API goes on accepting, and more workers drain it",
  expects: ["queue-backlog-gift", "queue-age-gift"],
  async inject({ load, say, thresholdOf, readWaiting, isAlerting, until }) {
    const most = excess * thresholdOf("queue-backlog-gift");
    say(`gifts until ${Math.round(most)} messages wait, of a kind that takes the provider five seconds each`);
    load.sayOnGifts(slowSend);
    // As many as it takes: how fast they come is this machine's speed, and no part of the rehearsal.
    await until("the backlog to alert", async () => {
      if ((await readWaiting()) < most) await load.burst(giftsAtOnce);
      return isAlerting("queue-backlog-gift");
    });
    load.sayOnGifts(undefined);
  },
  async repair({ step, system: { services } }) {
    await step("add workers (aws application-autoscaling register-scalable-target --min-capacity)", () =>
      services.gift.scaleTo(2 * desiredTasks.gift),
    );
  },
};
