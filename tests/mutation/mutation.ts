import { batchBugs } from "./bug/batch.ts";
import { consumerBugs } from "./bug/consumer.ts";
import { crowdBugs } from "./bug/crowd.ts";
import { lifecycleBugs } from "./bug/lifecycle.ts";
import { publisherBugs } from "./bug/publisher.ts";
import type { Edit } from "./edit.ts";

/** A deliberate mistake. */
export interface Bug {
  readonly bug: string;
  readonly edits: readonly Edit[];
  /** Part of the violation: a mutation that fails for another reason proves nothing. */
  readonly noticedAs: string;
}

/** A bug, and the property that must notice it. */
export interface Mutation extends Bug {
  readonly property: "consumer" | "publisher" | "lifecycle" | "crowd";
}

export const mutations: readonly Mutation[] = [
  ...consumerBugs.map((bug) => ({ ...bug, property: "consumer" as const })),
  ...publisherBugs.map((bug) => ({ ...bug, property: "publisher" as const })),
  ...[...lifecycleBugs, ...batchBugs].map((bug) => ({ ...bug, property: "lifecycle" as const })),
  ...crowdBugs.map((bug) => ({ ...bug, property: "crowd" as const })),
];
