import {
  ApiKeyEndedError,
  ApiKeyExistsError,
  ApiKeyNotFoundError,
  ApiKeyReplacedError,
} from "@gift/core/api-key/api-key.errors";
import { createApiKey } from "@gift/core/api-key/create";
import { generateKey, parseKey, type Verifier } from "@gift/core/api-key/credential";
import { findApiKey, listApiKeys } from "@gift/core/api-key/list";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { type Rotation, rotateApiKey } from "@gift/core/api-key/rotate";
import { createKeyVerifier } from "@gift/core/api-key/verify";
import { openDatabase } from "@gift/core/database/database";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

beforeEach(() => sql`truncate api_key_uses, api_keys`.execute(own.db));

const verify = (key: string) => createKeyVerifier(own.db).verify(parsed(key));

function parsed(key: string): Verifier {
  const verifier = parseKey(key);
  if (!verifier) throw new Error("the test's key is none");
  return verifier;
}

const rotate = (prefix: string, overlapSeconds: number, rest: Partial<Rotation> = {}) =>
  own.db
    .transaction()
    .execute((trx) =>
      rotateApiKey(trx, { prefix, overlapSeconds, verifier: generateKey().verifier, operator: "olga", ...rest }),
    );

describe("a key is valid", () => {
  test("from its creation on, and stands for its client, its scopes and its limit", async () => {
    const { key, prefix } = await issueKey(own.db, {
      clientId: "shop-2",
      scopes: ["client", "operator"],
      rateLimitPerMinute: 7,
    });
    expect(await verify(key)).toEqual({
      ...{ id: expect.any(String), prefix, clientId: "shop-2" },
      ...{ scopes: ["client", "operator"], rateLimitPerMinute: 7 },
    });
  });

  test("until it expires, which the database judges", async () => {
    const later = await issueKey(own.db, { expiresAt: new Date(Date.now() + 60_000) });
    const over = await issueKey(own.db, { expiresAt: new Date(Date.now() - 1_000) });
    expect(await verify(later.key)).toBeDefined();
    expect(await verify(over.key)).toBeUndefined();
  });

  test("until it is revoked, once and for all, by whoever was first", async () => {
    const { key, prefix } = await issueKey(own.db);
    expect(await revokeApiKey(own.db, { prefix, operator: "olga" })).toBe(true);
    expect(await verify(key)).toBeUndefined();
    expect(await revokeApiKey(own.db, { prefix, operator: "otto" })).toBe(false);
    expect(await findApiKey(own.db, prefix)).toMatchObject({ state: "REVOKED", revokedBy: "olga" });
  });

  test("only as a whole: the right prefix with another secret is as unknown as any", async () => {
    const { prefix } = await issueKey(own.db);
    const { hash } = generateKey().verifier;
    expect(await createKeyVerifier(own.db).verify({ prefix, hash })).toBeUndefined();
    expect(await createKeyVerifier(own.db).verify({ prefix: "00000000", hash: "0".repeat(64) })).toBeUndefined();
  });
});

describe("the database", () => {
  test("holds nothing that opens the API", async () => {
    const { key } = await issueKey(own.db);
    const { rows } = await sql<{ row: string }>`select api_keys::text as row from api_keys`.execute(own.db);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(key.slice(14));
  });

  test("takes a prefix once, and says so", async () => {
    const { prefix } = await issueKey(own.db);
    const again = { prefix, hash: generateKey().verifier.hash };
    const settings = { clientId: "thief", scopes: ["client"], rateLimitPerMinute: null, expiresAt: null } as const;
    await expect(createApiKey(own.db, { ...settings, verifier: again, operator: "eve" })).rejects.toThrow(
      ApiKeyExistsError,
    );
    expect(await listApiKeys(own.db, {})).toMatchObject([{ clientId: "shop" }]);
  });

  test("is asked once for all that is presented at the same moment, right or wrong", async () => {
    const right = await issueKey(own.db);
    // Otherwise its use would be written: a round trip of its own.
    await sql`insert into api_key_uses (key_id, last_used_at) select id, now() from api_keys`.execute(own.db);
    const proxy = await startTcpProxy(own.connection);
    const db = openDatabase({ ...own.connection, port: proxy.port, maxConnections: 10, applicationName: "verify" });
    const verifier = createKeyVerifier(db);
    await verifier.verify(parsed(right.key));
    const before = proxy.roundTrips();
    const presented = Array.from({ length: 400 }, () => generateKey().verifier);
    const answers = await Promise.all([...presented, parsed(right.key)].map((each) => verifier.verify(each)));
    expect(answers.filter((answer) => answer !== undefined)).toMatchObject([{ prefix: right.prefix }]);
    expect(proxy.roundTrips() - before).toBe(1);
    await db.destroy();
    await proxy.close();
  });
});

describe("a rotation", () => {
  test("issues a key with the same rights, and lets both pass until the overlap is over", async () => {
    const old = await issueKey(own.db, { clientId: "shop-3", scopes: ["operator"], rateLimitPerMinute: 9 });
    const { key, verifier } = generateKey();
    const { created, replaced } = await rotate(old.prefix, 3_600, { verifier });
    expect(created).toMatchObject({
      ...{ clientId: "shop-3", scopes: ["operator"], rateLimitPerMinute: 9, replaces: old.prefix },
      ...{ createdBy: "olga", expiresAt: null, state: "ACTIVE" },
    });
    expect(Number(replaced.expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
    expect([await verify(old.key), await verify(key)]).toMatchObject([{ clientId: "shop-3" }, { clientId: "shop-3" }]);
    await sql`update api_keys set expires_at = now() where prefix = ${old.prefix}`.execute(own.db);
    expect(await verify(old.key)).toBeUndefined();
    expect(await verify(key)).toBeDefined();
  });

  test("without an overlap ends the old key at once, and never makes it last longer", async () => {
    const [atOnce, ending] = [
      await issueKey(own.db),
      await issueKey(own.db, { expiresAt: new Date(Date.now() + 5_000) }),
    ];
    await rotate(atOnce.prefix, 0);
    expect(await verify(atOnce.key)).toBeUndefined();
    const { replaced } = await rotate(ending.prefix, 86_400);
    expect(Number(replaced.expiresAt) - Date.now()).toBeLessThan(6_000);
  });

  test("gives the new key the end that the old one had before the overlap, or another where one is named", async () => {
    const [inAnHour, inADay] = [new Date(Date.now() + 3_600_000), new Date(Date.now() + 86_400_000)];
    const ends = async (expiresAt: Date | null, rest: Partial<Rotation> = {}) => {
      const { prefix } = await issueKey(own.db, { expiresAt });
      const { created, replaced } = await rotate(prefix, 60, rest);
      expect(Number(replaced.expiresAt)).toBeLessThan(Date.now() + 61_000);
      return created.expiresAt;
    };
    expect(await ends(inADay)).toEqual(inADay);
    expect(await ends(null)).toBeNull();
    expect(await ends(inADay, { expiresAt: inAnHour })).toEqual(inAnHour);
    expect(await ends(inAnHour, { expiresAt: inADay })).toEqual(inADay);
    expect(await ends(null, { expiresAt: inAnHour })).toEqual(inAnHour);
  });

  test("of a rotation's key goes on to the same end, and of the key it replaced is refused: its end is the overlap's", async () => {
    const inADay = new Date(Date.now() + 86_400_000);
    const old = await issueKey(own.db, { expiresAt: inADay });
    const { created } = await rotate(old.prefix, 60);
    expect((await rotate(created.prefix, 60)).created.expiresAt).toEqual(inADay);
    await expect(rotate(old.prefix, 60)).rejects.toThrow(new ApiKeyReplacedError(old.prefix, created.prefix));
    expect(await listApiKeys(own.db, { hasEnded: true })).toHaveLength(3);
  });

  test("of two at the same moment happens once", async () => {
    const { prefix } = await issueKey(own.db);
    const both = await Promise.allSettled([rotate(prefix, 60), rotate(prefix, 60)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await listApiKeys(own.db, { hasEnded: true })).toHaveLength(2);
  });

  test("of a key that has ended, or never was, changes nothing", async () => {
    const revoked = await issueKey(own.db);
    await revokeApiKey(own.db, { prefix: revoked.prefix, operator: "olga" });
    await expect(rotate(revoked.prefix, 60)).rejects.toThrow(ApiKeyEndedError);
    await expect(rotate("00000000", 60)).rejects.toThrow(ApiKeyNotFoundError);
    expect(await listApiKeys(own.db, { hasEnded: true })).toHaveLength(1);
  });
});

test("a list has the valid keys of all clients or of one, and with the ended ones all there ever were", async () => {
  const [shop, bank, over] = [
    await issueKey(own.db),
    await issueKey(own.db, { clientId: "bank" }),
    await issueKey(own.db, { expiresAt: new Date(0) }),
  ];
  const prefixes = async (filter: Parameters<typeof listApiKeys>[1]) =>
    (await listApiKeys(own.db, filter)).map(({ prefix }) => prefix);
  expect(await prefixes({})).toEqual([shop.prefix, bank.prefix]);
  expect(await prefixes({ clientId: "bank" })).toEqual([bank.prefix]);
  expect(await prefixes({ hasEnded: true })).toEqual([shop.prefix, bank.prefix, over.prefix]);
  expect(await prefixes({ clientId: "nobody" })).toEqual([]);
});
