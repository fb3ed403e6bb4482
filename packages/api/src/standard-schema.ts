/**
 * What Elysia takes as a schema besides TypeBox's own (https://standardschema.dev). Elysia's declarations name the
 * CommonJS types of TypeBox and ours those of the ES module, which TypeScript holds to be two libraries; this interface
 * is the bridge. It also lets us decide what a failed check throws.
 */
export interface StandardSchema<Input, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "gift";
    /** For the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output };
    /** Returns the value, or throws what the client is to be told. */
    validate(value: unknown): { readonly value: unknown };
  };
}

/** Wraps a function that checks and converts a value, or throws. */
export function standardSchema<Value>(validate: (value: unknown) => unknown): StandardSchema<Value> {
  return { "~standard": { version: 1, vendor: "gift", validate: (value) => ({ value: validate(value) }) } };
}
