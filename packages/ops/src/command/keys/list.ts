import { listApiKeys } from "@gift/core/api-key/list";
import { flags, optional, parseClientId } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderRows } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";
import { keyDocument } from "./document.ts";

export const list = defineOperation({
  name: "bun run ops keys list",
  description: "Lists the keys that are valid, or all there ever were; never their secrets, which nobody has",
  args: {
    client: { type: "string", description: "only keys of this client" },
    all: { type: "boolean", description: "those that have expired or were revoked too" },
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const filter = { clientId: optional(args.client, parseClientId), hasEnded: args.all === true };
    const keys = await withDatabase((db) => listApiKeys(db, filter));
    print(args.json === true, { api_keys: keys.map(keyDocument) }, () =>
      renderRows(
        ["prefix", "client_id", "scopes", "state", "created_at", "created_by", "expires_at", "last_used_at"],
        keys.map((key) => [
          ...[key.prefix, key.clientId, key.scopes.join(","), key.state],
          ...[key.createdAt, key.createdBy, key.expiresAt, key.lastUsedAt],
        ]),
        "no key matches",
      ),
    );
    return done;
  },
});
