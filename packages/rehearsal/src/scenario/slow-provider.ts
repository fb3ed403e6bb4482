import { fleet } from "@gift/fleet/fleet";
import { desiredTasks } from "../system/system.ts";
import type { Scenario } from "./scenario.ts";

/** Longer than a handler may take (25 s): aborted, tried again, dead in the end. In the short form merely very slow. */
const hanging = { short: "test:slow-5000", long: "test:slow-60000" };
/** Every slot of both workers. */
const slots = desiredTasks.gift * fleet.services.gift.slots;

export const slowProvider: Scenario = {
  name: "slow-provider",
  injected: "the provider hangs on a call per slot",
  shows: "slots fill, messages wait, nothing is sent twice; more workers or a quick provider drain it",
  expects: ["queue-age-gift"],
  async inject({ load, isShort }) {
    load.sayOnGifts(isShort ? hanging.short : hanging.long);
    await load.burst(slots + 20);
    load.sayOnGifts(undefined);
  },
  async repair({ step, system: { services } }) {
    await step("add workers, so that other gifts pass the hanging ones", () =>
      services.gift.scaleTo(2 * desiredTasks.gift),
    );
  },
};
