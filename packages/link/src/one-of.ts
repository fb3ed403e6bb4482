import { type TUnsafe, Type } from "@sinclair/typebox";

/**
 * A text of the environment that is one of a few words, and typed as those.
 * @param values the words
 * @param fallback what it is when it isn't given
 */
export function oneOf<const Value extends string>(values: readonly Value[], fallback: NoInfer<Value>): TUnsafe<Value> {
  return Type.Unsafe<Value>(Type.String({ pattern: `^(${values.join("|")})$`, default: fallback }));
}
