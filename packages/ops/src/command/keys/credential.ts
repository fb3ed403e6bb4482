import { generateKey, type Verifier } from "@gift/core/api-key/credential";
import { parseVerifier } from "@gift/core/api-key/verifier";
import { isOutputLogged } from "../../config.ts";
import { UsageError } from "../../usage-error.ts";

/** For the commands that make a key. */
export const verifierFlag = {
  type: "string",
  description: "of a key that `keys generate` made elsewhere; without it a key is made here and shown once",
} as const;

export interface Credential {
  readonly verifier: Verifier;
  /** Present when it was made here; nobody can show it again. */
  readonly key?: string;
}

/**
 * The key that a command is about to store.
 * @throws UsageError when the verifier is malformed, or a key would be printed into a log
 */
export function credentialOf(text: string | undefined): Credential {
  if (text === undefined && isOutputLogged())
    throw new UsageError(
      "this task's output is a log, and a key doesn't belong there: run `keys generate` on your machine and pass its --verifier",
    );
  if (text === undefined) return generateKey();
  const verifier = parseVerifier(text);
  if (!verifier) throw new UsageError("--verifier is not what `keys generate` prints: a prefix, a colon and a hash");
  return { verifier };
}

/** What people are told of a key made here, beside the table. */
export function announce(key: string | undefined): string {
  return key === undefined ? "" : `\n${key}\nThis is the only time that the key is shown.`;
}
