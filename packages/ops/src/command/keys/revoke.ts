import { findApiKey } from "@gift/core/api-key/list";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { flags, parseKeyPrefix, parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { canAsk, confirm } from "../../confirm.ts";
import { done, type ExitCode, failed } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { UsageError } from "../../usage-error.ts";
import { withDatabase } from "../../with-database.ts";
import { keyDocument } from "./document.ts";

export const revoke = defineOperation({
  name: "bun run ops keys revoke",
  description: "Ends a key for good; every task refuses it within 5 seconds",
  args: {
    prefix: { type: "positional", required: true, description: "the visible part of the key" },
    yes: { type: "boolean", description: "don't ask; required where nobody can be asked" },
    operator: flags.operator,
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const prefix = parseKeyPrefix(args.prefix);
    const operator = parseOperator(args.operator);
    if (!args.yes && !canAsk()) throw new UsageError("revoking is final: add --yes");
    return await withDatabase(async (db) => {
      const { clientId } = await findApiKey(db, prefix);
      if (!args.yes && !(await confirm(`Revoke key ${prefix} of ${clientId} for good?`))) return failed;
      const isRevoked = await revokeApiKey(db, { prefix, operator });
      const document = keyDocument(await findApiKey(db, prefix));
      print(args.json === true, { outcome: isRevoked ? "revoked" : "revoked_before", api_key: document }, () =>
        isRevoked ? `revoked ${prefix} of ${clientId}` : `${prefix} was revoked before, by ${document.revoked_by}`,
      );
      return isRevoked ? done : failed;
    });
  },
});
