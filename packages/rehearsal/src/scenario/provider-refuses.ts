import type { Scenario } from "./scenario.ts";

/** FAILED at once, without a retry or a dead letter: another attempt can't end differently. */
const refusedGift = "test:permanent";

export const providerRefuses: Scenario = {
  name: "provider-refuses",
  injected: "the provider refuses every gift for good",
  shows: "gifts fail at once and say why, attempts aren't burned, and people hear of it",
  expects: ["send-failures", "slo-delivery-fast"],
  async inject({ load, thresholdOf }) {
    load.sayOnGifts(refusedGift);
    // More than were sent while all was well: the objective is judged over an hour.
    await load.burst(10 * thresholdOf("send-failures"));
  },
  async repair({ load, operate, step }) {
    await operate("gifts", "list", "--status", "FAILED", "--limit", "3");
    await step("the provider takes gifts again", async () => load.sayOnGifts(undefined));
  },
};
