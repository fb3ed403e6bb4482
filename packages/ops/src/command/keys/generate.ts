import { encodeVerifier } from "@gift/core/api-key/verifier";
import { flags } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderFields } from "../../output.ts";
import { credentialOf } from "./credential.ts";

export const generate = defineOperation({
  name: "bun run ops keys generate",
  description: "Makes a key on this machine and prints it with its verifier; stores nothing and needs no database",
  args: { json: flags.json },
  run(args): Promise<ExitCode> {
    const { key, verifier } = credentialOf(undefined);
    const document = { key, prefix: verifier.prefix, verifier: encodeVerifier(verifier) };
    print(args.json === true, document, () =>
      [
        renderFields(document),
        "The key is its client's alone, and is shown only now. The verifier goes to `keys create --verifier`: it opens nothing.",
      ].join("\n"),
    );
    return Promise.resolve(done);
  },
});
