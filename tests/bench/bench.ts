import type { Finding } from "./finding.ts";
import type { Rig } from "./rig/rig.ts";

/** One file of `suite/`. */
export interface Bench {
  readonly name: string;
  /** For the help, in a few words. */
  readonly shows: string;
  run(rig: Rig): Promise<readonly Omit<Finding, "bench">[]>;
}
