import { createApiKey } from "@gift/core/api-key/create";
import {
  flags,
  optional,
  parseClientId,
  parseExpires,
  parseOperator,
  parseRateLimit,
  parseScopes,
} from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderFields } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";
import { announce, credentialOf, verifierFlag } from "./credential.ts";
import { keyDocument, keyFields } from "./document.ts";

export const create = defineOperation({
  name: "bun run ops keys create",
  description: "Issues a key to a client, valid within seconds",
  args: {
    client: { type: "string", required: true, description: "whose it is, e.g. shop; its keys share its gifts" },
    scope: { type: "string", default: "client", description: "client (gifts), operator (operator API), or both: a,b" },
    "rate-limit": { type: "string", description: "requests per minute; the API's default unless given" },
    expires: { type: "string", description: "ISO time at which it ends; never unless given" },
    verifier: verifierFlag,
    operator: flags.operator,
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const { key, verifier } = credentialOf(args.verifier);
    const settings = {
      verifier,
      clientId: parseClientId(args.client),
      scopes: parseScopes(args.scope),
      rateLimitPerMinute: optional(args["rate-limit"], parseRateLimit) ?? null,
      expiresAt: optional(args.expires, parseExpires) ?? null,
      operator: parseOperator(args.operator),
    };
    const created = await withDatabase((db) => createApiKey(db, settings));
    print(args.json === true, { ...(key !== undefined && { key }), api_key: keyDocument(created) }, () =>
      [renderFields(keyFields(created)), announce(key)].join(""),
    );
    return done;
  },
});
