import type { Scenario } from "./scenario.ts";

export const sqsDown: Scenario = {
  name: "sqs-down",
  injected: "SQS is unreachable",
  shows: "no send is refused: committed messages wait in the outbox and go out when SQS is back",
  expects: ["outbox-age-gift"],
  inject: ({ system }) => system.sqs.cut(),
  async repair({ operate, step, system }) {
    await operate("outbox", "status");
    await step("SQS is back: nothing to do but watch", () => system.sqs.mend());
  },
};
