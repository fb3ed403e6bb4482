import type { Scenario } from "./scenario.ts";

export const agentSilent: Scenario = {
  name: "agent-silent",
  injected: "the Datadog agents take nothing",
  shows: "the service doesn't notice, people do: what can't be seen any more is an alert by itself",
  expects: ["agent-silent-api", "agent-silent-worker", "outbox-age-gift"],
  inject: ({ system }) => system.agentProxy.cut(),
  repair: ({ step, system }) => step("the agents are back", () => system.agentProxy.mend()),
};
