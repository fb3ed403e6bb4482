import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { privileges, type Role, roles } from "./privilege.ts";

/** On RDS, its members sign in with IAM tokens and with nothing else. */
const iamRole = "rds_iam";

export interface GrantedRoles {
  readonly roles: readonly string[];
  /** Whether they sign in with IAM: true on RDS. */
  readonly isIam: boolean;
}

/**
 * Creates the roles and gives them exactly the privileges of the table beside this file: what an earlier version
 * granted and this one doesn't is taken back. One transaction, so that nobody ever finds a role without its rights.
 * @param db the database, migrated, as the owner of the schema
 */
export async function grantRoles(db: Kysely<Database>): Promise<GrantedRoles> {
  return await db.transaction().execute(async (trx) => {
    // Two tasks that grant at once would fail with "tuple concurrently updated".
    await sql`select pg_advisory_xact_lock(hashtext('gift roles'))`.execute(trx);
    const isIam = await exists(trx, iamRole);
    for (const role of Object.values(roles)) await createRole(trx, role, isIam);
    await closeToTheRest(trx);
    for (const role of keysOf(roles)) await grantTo(trx, role);
    return { roles: Object.values(roles), isIam };
  });
}

/**
 * No password: until RDS lets it in by token, nobody is let in. Roles belong to the server, so others may create them.
 */
async function createRole(trx: Transaction<Database>, name: string, isIam: boolean): Promise<void> {
  const create = sql`
    do $$ begin
      create role ${sql.id(name)} login;
    exception when duplicate_object or unique_violation then null;
    end $$`;
  if (!(await exists(trx, name))) await create.execute(trx);
  if (isIam && !(await isMember(trx, name))) await sql`grant ${sql.id(iamRole)} to ${sql.id(name)}`.execute(trx);
}

async function exists(trx: Transaction<Database>, role: string): Promise<boolean> {
  const { rows } = await sql`select from pg_roles where rolname = ${role}`.execute(trx);
  return rows.length > 0;
}

async function isMember(trx: Transaction<Database>, role: string): Promise<boolean> {
  const { rows } = await sql<{ is_member: boolean }>`
    select pg_has_role(${role}, ${iamRole}, 'member') as is_member`.execute(trx);
  return rows[0]?.is_member ?? false;
}

/** Postgres lets every role connect to a database and create temporary tables in it. */
async function closeToTheRest(trx: Transaction<Database>): Promise<void> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(trx);
  const database = sql.id(rows[0]?.name ?? "");
  await sql`revoke all on database ${database} from public`.execute(trx);
  await sql`revoke all on schema public from public`.execute(trx);
  for (const role of Object.values(roles))
    await sql`grant connect on database ${database} to ${sql.id(role)}`.execute(trx);
}

async function grantTo(trx: Transaction<Database>, role: Role): Promise<void> {
  const name = sql.id(roles[role]);
  await sql`revoke all on all tables in schema public, simulated_provider from ${name}`.execute(trx);
  await sql`revoke all on schema public, simulated_provider from ${name}`.execute(trx);
  for (const table of keysOf(privileges)) {
    const granted = privileges[table][role] ?? [];
    if (granted.length === 0) continue;
    const [schema = "", relation] = table.includes(".") ? table.split(".") : ["public", table];
    await sql`grant usage on schema ${sql.id(schema)} to ${name}`.execute(trx);
    await sql`grant ${sql.raw(granted.join(", "))} on ${sql.table(`${schema}.${relation}`)} to ${name}`.execute(trx);
  }
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record).filter((key): key is Key => key in record);
}
