import type { Static, TSchema } from "@sinclair/typebox";
import { check } from "./check.ts";

/**
 * Reads one SST resource binding. SST's proxy throws on a name that isn't linked; here that becomes a sentence that
 * says what to do, on AWS and on a laptop alike.
 * @param resources `Resource` from `sst/resource`
 * @param name the binding, e.g. `GiftQueueProducer`
 * @param schema what it must carry
 * @throws Error when it is missing or has another shape
 */
export function readBinding<Schema extends TSchema>(resources: object, name: string, schema: Schema): Static<Schema> {
  let value: unknown;
  try {
    value = Reflect.get(resources, name);
  } catch (err) {
    throw new Error(
      `the resource ${name} is not linked: start this process with \`bun run local\`, \`sst dev\` or \`sst shell\`, or add the link in infra/`,
      { cause: err },
    );
  }
  return check(schema, value, `Resource.${name}`);
}

/**
 * The first of several bindings that is linked, or the last name: reading that one says what to do.
 * @param resources `Resource` from `sst/resource`
 * @param names at least one, the preferred first
 */
export function firstLinked(resources: object, names: readonly [string, ...string[]]): string {
  const [name, next, ...others] = names;
  return next === undefined || isLinked(resources, name) ? name : firstLinked(resources, [next, ...others]);
}

/** Whether a binding is there; SST's proxy throws on a name that isn't. */
export function isLinked(resources: object, name: string): boolean {
  try {
    return Reflect.get(resources, name) !== undefined;
  } catch {
    return false;
  }
}
