import { apiKeyPattern, parseKey } from "@gift/core/api-key/credential";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { createKeyVerifier } from "@gift/core/api-key/verify";
import { run } from "@gift/ops/run";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";
import { type Finished, linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();
const ops = (...words: string[]) => runOps(["keys", ...words], linkTo(own.connection));
const wholeKey = new RegExp(apiKeyPattern);

beforeEach(() => sql`truncate api_key_uses, api_keys`.execute(own.db));

interface Document {
  readonly key: string;
  readonly verifier: string;
  readonly api_key: { readonly prefix: string };
  readonly api_keys: readonly { readonly prefix: string; readonly state: string }[];
}
const document = (finished: Finished) => finished.json() as Document;

async function clientOf(key: string): Promise<string | undefined> {
  const presented = parseKey(key);
  return presented && (await createKeyVerifier(own.db).verify(presented))?.clientId;
}

const create = async (...words: string[]) => document(await ops("create", "--client", "shop", "--json", ...words));

describe("keys create", () => {
  test("issues a key and shows it once, with what it may do", async () => {
    const finished = await ops(
      ...["create", "--client", "shop", "--scope", "client,operator", "--rate-limit", "60", "--expires", "2999-01-31"],
      ...["--operator", "olga", "--json"],
    );
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    const { key, api_key } = document(finished);
    expect(api_key).toEqual({
      ...{ prefix: key.slice(5, 13), client_id: "shop", scopes: ["client", "operator"], rate_limit_per_minute: 60 },
      ...{ state: "ACTIVE", created_at: expect.stringMatching(/Z$/), created_by: "olga" },
      ...{ expires_at: "2999-01-31T00:00:00.000Z", revoked_at: null, revoked_by: null },
      ...{ replaces: null, last_used_at: null },
    });
    expect(await clientOf(key)).toBe("shop");
    for (const words of [
      ["list", "--all"],
      ["list", "--json"],
    ])
      expect((await ops(...words)).stdout).not.toMatch(wholeKey);
  });

  test("tells people the same, and that they won't see the key again", async () => {
    const { code, stdout } = await ops("create", "--client", "shop");
    expect(code).toBe(0);
    const [key = ""] = wholeKey.exec(stdout) ?? [];
    expect(await clientOf(key)).toBe("shop");
    expect(stdout.match(new RegExp(apiKeyPattern, "g"))).toHaveLength(1);
    expect(stdout).toContain("This is the only time that the key is shown.");
  });
});

describe("a key for a stage whose command runs as a task, whose output is a log", () => {
  const inTask = (...words: string[]) =>
    runOps(["keys", ...words], { ...linkTo(own.connection), ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4" });

  test("is generated elsewhere, without any database; only its verifier travels, and opens nothing", async () => {
    const { key, verifier } = document(await runOps(["keys", "generate", "--json"], {}));
    const created = await inTask("create", "--client", "shop", "--verifier", verifier);
    expect(created).toMatchObject({ code: 0, stderr: "" });
    expect(created.stdout).not.toContain(key.slice(14));
    expect(await clientOf(key)).toBe("shop");
    expect(verifier).not.toContain(key.slice(14, 30));
  });

  test("is rotated in the same way", async () => {
    const old = await create();
    const { key, verifier } = document(await runOps(["keys", "generate", "--json"], {}));
    const rotated = await inTask("rotate", old.api_key.prefix, "--verifier", verifier, "--json");
    expect(rotated.json()).not.toHaveProperty("key");
    expect(await clientOf(key)).toBe("shop");
  });

  test.each([["create", "--client", "shop"], ["rotate", "abcdefgh"], ["generate"]])(
    "is not made there: keys %s refuses, and says what to do",
    async (...words) => {
      const refused = await inTask(...words);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain("run `keys generate` on your machine and pass its --verifier");
      expect((await ops("list", "--all")).stdout).toBe("no key matches\n");
    },
  );

  test("that was created before is not created again", async () => {
    const { verifier } = document(await runOps(["keys", "generate", "--json"], {}));
    await inTask("create", "--client", "shop", "--verifier", verifier);
    const again = await inTask("create", "--client", "thief", "--verifier", verifier);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^there is a key \w{8} already\n$/) });
  });
});

describe("keys list", () => {
  test("shows the valid keys, those of a client, or all there ever were", async () => {
    const [shop, bank] = [await issueKey(own.db), await issueKey(own.db, { clientId: "bank" })];
    await revokeApiKey(own.db, { prefix: shop.prefix, operator: "olga" });
    const [valid, all, ofShop, table] = await Promise.all([
      ops("list", "--json"),
      ops("list", "--json", "--all"),
      ops("list", "--json", "--all", "--client", "shop"),
      ops("list", "--all"),
    ]);
    const prefixes = (finished: Finished) => document(finished).api_keys.map(({ prefix }) => prefix);
    expect(prefixes(valid)).toEqual([bank.prefix]);
    expect(prefixes(all)).toEqual([shop.prefix, bank.prefix]);
    expect(prefixes(ofShop)).toEqual([shop.prefix]);
    for (const word of ["prefix", shop.prefix, "REVOKED", "bank", "ACTIVE"]) expect(table.stdout).toContain(word);
  });
});

describe("keys rotate", () => {
  test("shows the new key once, names both, and ends the old one after the overlap", async () => {
    const old = await create("--rate-limit", "5");
    const finished = await ops("rotate", old.api_key.prefix, "--overlap", "1h", "--operator", "olga", "--json");
    expect(finished.code).toBe(0);
    expect(finished.json()).toMatchObject({
      key: expect.stringMatching(wholeKey),
      api_key: { client_id: "shop", rate_limit_per_minute: 5, replaces: old.api_key.prefix, created_by: "olga" },
      replaced: { prefix: old.api_key.prefix, state: "ACTIVE", expires_at: expect.stringMatching(/Z$/) },
    });
    expect([await clientOf(old.key), await clientOf(document(finished).key)]).toEqual(["shop", "shop"]);
  });

  test("with no overlap ends it now, and tells people when it ends", async () => {
    const old = await create();
    const { stdout } = await ops("rotate", old.api_key.prefix, "--overlap", "0m");
    expect(stdout).toMatch(new RegExp(`${old.api_key.prefix} ends at 2.+Z`));
    expect(await clientOf(old.key)).toBeUndefined();
  });

  test("keeps the old key's end for the new one unless --expires names another, and prints it", async () => {
    const old = await create("--expires", "2999-01-31");
    const rotated = await ops("rotate", old.api_key.prefix, "--json");
    expect(rotated.json()).toMatchObject({ api_key: { expires_at: "2999-01-31T00:00:00.000Z" } });
    const { prefix } = document(rotated).api_key;
    expect((await ops("rotate", prefix, "--expires", "2998-12-31")).stdout).toMatch(
      /expires_at +│ 2998-12-31T00:00:00.000Z/,
    );
    const again = await ops("rotate", prefix);
    expect(again).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^key \w+ was replaced by \w+;/),
    });
  });

  test("of a key that has ended, or of none, is a failure in one sentence, and issues nothing", async () => {
    const old = await create();
    await ops("revoke", old.api_key.prefix, "--yes");
    expect(await ops("rotate", old.api_key.prefix)).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr: `key ${old.api_key.prefix} is REVOKED; create a new one\n`,
    });
    expect(await ops("rotate", "00000000")).toMatchObject({ code: 1, stderr: "there is no key 00000000\n" });
    expect((await ops("list")).stdout).toBe("no key matches\n");
  });
});

describe("keys revoke", () => {
  test("ends a key for good, and says who did it", async () => {
    const { key, api_key } = await create();
    const finished = await ops("revoke", api_key.prefix, "--yes", "--operator", "olga", "--json");
    expect(finished.code).toBe(0);
    expect(finished.json()).toMatchObject({ outcome: "revoked", api_key: { state: "REVOKED", revoked_by: "olga" } });
    expect(await clientOf(key)).toBeUndefined();
  });

  test("of a revoked key, or of none, is a failure", async () => {
    const { api_key } = await create();
    await ops("revoke", api_key.prefix, "--yes", "--operator", "olga");
    const again = await ops("revoke", api_key.prefix, "--yes", "--operator", "otto");
    expect(again).toMatchObject({ code: 1, stdout: `${api_key.prefix} was revoked before, by olga\n` });
    expect(await ops("revoke", "00000000", "--yes")).toMatchObject({ code: 1, stderr: "there is no key 00000000\n" });
  });

  test("that nobody confirms does nothing", async () => {
    const { key, api_key } = await create();
    expect((await ops("revoke", api_key.prefix)).code).toBe(2);
    expect(await clientOf(key)).toBe("shop");
  });
});

describe("wrong usage is told in one sentence", () => {
  test.each([
    ["no client", ["create"], "Missing required argument: --client"],
    ["a client that is no name", ["create", "--client", "The Shop"], '--client "The Shop" is not a name of lower-case'],
    [
      "a scope that doesn't exist",
      ["create", "--client", "shop", "--scope", "admin"],
      '--scope "admin" is not client, ',
    ],
    ["a scope twice", ["create", "--client", "shop", "--scope", "client,client"], "is not client, operator or"],
    [
      "no rate at all",
      ["create", "--client", "shop", "--rate-limit", "0"],
      '--rate-limit "0" is not a whole number per',
    ],
    ["an end that is no time", ["create", "--client", "shop", "--expires", "soon"], '--expires "soon" is not an ISO'],
    ["an end that is over", ["create", "--client", "shop", "--expires", "2020-01-01"], '"2020-01-01" is over already'],
    ["a new end that is over", ["rotate", "abcdefgh", "--expires", "2020-01-01"], '"2020-01-01" is over already'],
    ["a verifier that is none", ["create", "--client", "shop", "--verifier", "x"], "--verifier is not what `keys gen"],
    ["a new end that is no time", ["rotate", "abcdefgh", "--expires", "never"], '--expires "never" is not an ISO'],
    ["an overlap without a unit", ["rotate", "abcdefgh", "--overlap", "7"], '--overlap "7" is not a'],
    [
      "a prefix that is none",
      ["revoke", "abc", "--yes"],
      "that is not the visible part of a key: it is the 8 characters",
    ],
    ["a revocation that nobody confirms", ["revoke", "abcdefgh"], "revoking is final: add --yes"],
  ])("%s", async (_name, words, sentence) => {
    const { code, complaint } = await run(["keys", ...words]);
    expect(code).toBe(2);
    expect(complaint).toContain(sentence);
    expect(complaint).not.toContain("\n");
  });

  test("and repeats no key that was pasted where its prefix or its verifier belongs", async () => {
    const { key } = document(await runOps(["keys", "generate", "--json"], {}));
    for (const words of [
      ["revoke", key, "--yes"],
      ["rotate", key],
      ["create", "--client", "shop", "--verifier", key],
    ])
      expect((await run(["keys", ...words])).complaint).not.toContain(key.slice(14));
  });
});
