import type { Verifier } from "./credential.ts";

const shape = /^([0-9A-Za-z]{8}):([0-9a-f]{64})$/;

/** `prefix:hash`, as `ops keys generate` prints it and `ops keys create` takes it. */
export function encodeVerifier({ prefix, hash }: Verifier): string {
  return `${prefix}:${hash}`;
}

/** @returns undefined when the text isn't a verifier */
export function parseVerifier(text: string): Verifier | undefined {
  const [, prefix, hash] = shape.exec(text) ?? [];
  return prefix !== undefined && hash !== undefined ? { prefix, hash } : undefined;
}
