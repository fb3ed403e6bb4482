import type { CircuitState } from "./circuit.ts";

export type ConsumerPhase = "created" | "starting" | "running" | "stopping" | "stopped";

export interface ConsumerStats {
  readonly phase: ConsumerPhase;
  readonly circuit: CircuitState;
  /** Slots in use. */
  readonly running: number;
  readonly buffered: number;
  /** Settled messages that SQS hasn't confirmed yet. */
  readonly unconfirmed: number;
}
