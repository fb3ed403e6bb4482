import { check } from "@gift/link/check";
import { Type } from "@sinclair/typebox";

const environment = Type.Object({
  API_KEY: Type.Optional(Type.String({ minLength: 1 })),
});

/**
 * Reads what the workflow puts into the environment: the key of a client made for smoke tests, where the stage asks for
 * one.
 * @throws Error naming the variable
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): { readonly apiKey: string | undefined } {
  // A secret that isn't set reaches a workflow's step as an empty text.
  const { API_KEY: apiKey } = check(
    environment,
    { API_KEY: env.API_KEY === "" ? undefined : env.API_KEY },
    "the environment",
  );
  return { apiKey };
}
