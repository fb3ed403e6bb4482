/**
 * What Elysia takes as a schema besides TypeBox's own (https://standardschema.dev). Elysia's declarations name the
 * CommonJS types of TypeBox and ours those of the ES module, which TypeScript holds to be two libraries; this interface
 * is the bridge. It also lets us decide what a failed check throws.
 */
export interface StandardSchema<Value> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "gift";
    /** For the compiler only. */
    readonly types?: { readonly input: Value; readonly output: Value };
    /** Returns the value, or throws what the client is to be told. */
    validate(value: unknown): { readonly value: unknown };
  };
}

/**
 * Wraps a function as a schema.
 * @param convert checks a value and returns it, converted if need be, or throws
 */
export function standardSchema<Value>(convert: (value: unknown) => unknown): StandardSchema<Value> {
  return { "~standard": { version: 1, vendor: "gift", validate: (value) => ({ value: convert(value) }) } };
}
