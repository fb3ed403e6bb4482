import type { IRawProperty } from "fast-check";
import { consumerKeepsItsPromises } from "./consumer/property.ts";

/** The properties that mutations are tried on, by name. Nothing here needs a test runner. */
export const properties: Readonly<Record<string, IRawProperty<unknown>>> = {
  consumer: consumerKeepsItsPromises,
};
