import type { IRawProperty } from "fast-check";
import { consumerKeepsItsPromises } from "./consumer/property.ts";
import { crowdKeepsItsPromises } from "./crowd/property.ts";
import { lifecycleKeepsItsPromises } from "./lifecycle/property.ts";
import { type Connection, openSession } from "./lifecycle/session.ts";
import { publisherKeepsItsPromises } from "./publisher/property.ts";

/** The properties that mutations are tried on, by name. Nothing here needs a test runner. */
export const properties: Readonly<Record<string, (connection: Connection) => Promise<IRawProperty<unknown>>>> = {
  publisher: () => Promise.resolve(publisherKeepsItsPromises),
  consumer: () => Promise.resolve(consumerKeepsItsPromises()),
  crowd: async (connection) => crowdKeepsItsPromises(await openSession(connection)),
  lifecycle: async (connection) => lifecycleKeepsItsPromises(await openSession(connection)),
};
