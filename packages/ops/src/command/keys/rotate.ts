import { rotateApiKey } from "@gift/core/api-key/rotate";
import { inTransaction } from "@gift/core/database/in-transaction";
import { flags, optional, parseDuration, parseExpires, parseKeyPrefix, parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderFields } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";
import { announce, credentialOf, verifierFlag } from "./credential.ts";
import { keyDocument, keyFields } from "./document.ts";

export const rotate = defineOperation({
  name: "bun run ops keys rotate",
  description: "Issues a key with the rights of another one, which goes on for a while and then ends",
  args: {
    prefix: { type: "positional", required: true, description: "the visible part of the key to be replaced" },
    overlap: { type: "string", default: "7d", description: "how long both are valid: 30m, 24h, 7d; 0m ends it now" },
    expires: { type: "string", description: "ISO time at which the new key ends; the old one's end unless given" },
    verifier: verifierFlag,
    operator: flags.operator,
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const { key, verifier } = credentialOf(args.verifier);
    const rotation = {
      verifier,
      prefix: parseKeyPrefix(args.prefix),
      overlapSeconds: parseDuration(args.overlap, "--overlap"),
      expiresAt: optional(args.expires, parseExpires),
      operator: parseOperator(args.operator),
    };
    const { created, replaced } = await withDatabase((db) =>
      inTransaction(db, false, (trx) => rotateApiKey(trx, rotation)),
    );
    const document = {
      ...(key !== undefined && { key }),
      api_key: keyDocument(created),
      replaced: keyDocument(replaced),
    };
    print(args.json === true, document, () => {
      const end = `${replaced.prefix} ends at ${replaced.expiresAt?.toISOString()}`;
      return `${renderFields(keyFields(created))}\n${end}${announce(key)}`;
    });
    return done;
  },
});
