import fc from "fast-check";
import { properties } from "../property/properties.ts";
import type { Result } from "./edit.ts";

/**
 * Runs one property: `child.ts <name> <seed> <cases> <connection as JSON>`. Answers with a line of JSON; anything else
 * is a broken mutation.
 */
const [name = "", seed, cases, connection = "{}"] = process.argv.slice(2);
const property = await properties[name]?.(JSON.parse(connection));
if (!property) throw new Error(`there is no property ${name}`);
// A failure is enough: shrinking it is for people.
const details = await fc.check(property, { seed: Number(seed), numRuns: Number(cases), endOnFailure: true });
const error = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
const result: Result = { isFailed: details.failed, cases: details.numRuns, error: details.failed ? error : "" };
process.stdout.write(JSON.stringify(result));
process.exit(0);
