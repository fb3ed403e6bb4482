import { userInfo } from "node:os";
import { isLinked, readBinding } from "@gift/link/binding";
import { check } from "@gift/link/check";
import { type DatabaseLink, databaseLink } from "@gift/link/database";
import { Type } from "@sinclair/typebox";
import { Resource } from "sst/resource";
import { DatabaseUnreachableError } from "./database-unreachable.ts";

/** `sst shell` links everything there is; the first is the one made for operators. */
const bindings = ["DatabaseOperator", "Database"] as const;

/** How RDS's master user is kept in Secrets Manager. */
const ownerSecret = Type.Object({ username: Type.String({ minLength: 1 }), password: Type.String() });

/**
 * The database this command works on, as SST or the local stack links it. Where ECS puts the owner's secret into
 * DATABASE_OWNER_SECRET, as it does for the migration task only, the command works as the owner.
 * @returns ways in, to be tried in this order
 * @throws DatabaseUnreachableError when none is linked; Error when the link or the secret is malformed
 */
export function linkedDatabase(env: NodeJS.ProcessEnv = process.env): readonly [DatabaseLink, ...DatabaseLink[]] {
  const name = bindings.find((binding) => isLinked(Resource, binding));
  if (name === undefined)
    throw new DatabaseUnreachableError(
      "no database is linked: start the local stack with `bun run local`, or run `bun run operate <stage> …` for a deployed one",
    );
  const link = readBinding(Resource, name, databaseLink);
  return env.DATABASE_OWNER_SECRET === undefined ? [link] : asOwner(link, env.DATABASE_OWNER_SECRET);
}

/**
 * Since Postgres 16 whoever creates a role is a member of it. So once the owner has created a role that signs in with
 * IAM, RDS takes its password no longer but a token: the first deploy needs the one, every later deploy the other.
 */
function asOwner(link: DatabaseLink, secret: string): readonly [DatabaseLink, ...DatabaseLink[]] {
  const { username, password } = check(ownerSecret, parseSecret(secret), "DATABASE_OWNER_SECRET");
  const address = { host: link.host, port: link.port, database: link.database, username };
  if (link.auth === "password") return [{ ...address, auth: "password", password }];
  return [
    { ...address, auth: "iam" },
    { ...address, auth: "password", password, isRds: true },
  ];
}

/** Who operates when nobody says: `bun run operate` passes on who started it, as every task has the same user. */
export function defaultOperator(env: NodeJS.ProcessEnv = process.env): string {
  return env.OPERATOR ?? userInfo().username;
}

/** JSON.parse's own error quotes what it was given. */
function parseSecret(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    throw new Error("DATABASE_OWNER_SECRET is not JSON");
  }
}

/** Whether standard output ends in a log: in a task of ECS, which sets this variable. */
export function isOutputLogged(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.ECS_CONTAINER_METADATA_URI_V4 !== undefined;
}
