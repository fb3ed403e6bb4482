import type { ServiceDeclaration } from "@gift/fleet/declaration";
import { fleet, type ServiceName, workerNames } from "@gift/fleet/fleet";

export const giftWorkers = ["gift-worker-1", "gift-worker-2", "gift-worker-3"] as const;

/** What can be killed, frozen or told to end: the fleet's services, and of the one that sends gifts each process. */
export type ProcessName = Exclude<ServiceName, "gift"> | (typeof giftWorkers)[number];

/** Whom a fault concerns. A server's connections are its proxy's; the server itself is a process of its own. */
export type Target = ProcessName | "postgres" | "postgres-connections" | "sqs" | "sqs-connections";

/** What a fault does, as the report counts it. */
export type Way =
  | "kill"
  | "freeze"
  | "terminate"
  | "restart-fast"
  | "restart-immediate"
  | "end-sessions"
  | "cut"
  | "hang"
  | "half-open"
  | "slow";

/** How long a fault lasts, in seconds; `past-lease` is longer than SQS hides a message. */
export type Length = "moment" | "past-lease" | { readonly least: number; readonly most: number };

export interface FaultKind {
  /** Of the targets the seed picks one. */
  readonly targets: readonly Target[];
  readonly way: Way;
  /** The connections' own are shorter than the patience of a client, and longer than that of a statement. */
  readonly length: Length;
}

const services: readonly ServiceName[] = ["api", ...workerNames];
const short = { least: 1, most: 4 };
/** A sweep holds no messages; past idle_in_transaction_session_timeout (10 s) Postgres ends its transactions. */
const freezes: Record<ServiceDeclaration["kind"], Length> = {
  http: short,
  consumer: "past-lease",
  sweep: { least: 3, most: 12 },
};

/** Every kind of fault; a plan goes through all of them, in an order of its own, before it repeats one. */
export const faultKinds: readonly FaultKind[] = [
  ...services.flatMap((service): FaultKind[] => [
    { targets: processesOf(service), way: "kill", length: "moment" },
    { targets: processesOf(service), way: "terminate", length: "moment" },
    { targets: processesOf(service), way: "freeze", length: freezes[fleet.services[service].kind] },
  ]),
  { targets: ["postgres"], way: "restart-fast", length: "moment" },
  { targets: ["postgres"], way: "restart-immediate", length: "moment" },
  { targets: ["postgres"], way: "end-sessions", length: "moment" },
  { targets: ["sqs"], way: "kill", length: "moment" },
  ...(["postgres-connections", "sqs-connections"] as const).flatMap((target): FaultKind[] => [
    { targets: [target], way: "cut", length: short },
    { targets: [target], way: "hang", length: short },
    { targets: [target], way: "half-open", length: "moment" },
    { targets: [target], way: "slow", length: { least: 2, most: 8 } },
  ]),
];

function processesOf(service: ServiceName): readonly ProcessName[] {
  return service === "gift" ? giftWorkers : [service];
}
