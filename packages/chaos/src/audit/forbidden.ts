import type { Database } from "@gift/core/database/database";
import type { Finding } from "@gift/rehearsal/audit/audit";
import { type Kysely, sql } from "kysely";
import type { ClientKey } from "../access/client-key.ts";
import { forbiddenKeyPrefix } from "../access/gift-attempt.ts";

/**
 * Looks for what was done by somebody who may not, whatever the answer was: a client hears nothing of what is stored
 * before its connection breaks.
 * @param db the system's database, once nothing moves any more
 * @param owners who created each gift, as far as clients were told
 * @param clients all who may create gifts
 */
export async function auditForbidden(
  db: Kysely<Database>,
  owners: ReadonlyMap<string, ClientKey>,
  clients: readonly ClientKey[],
): Promise<readonly Finding[]> {
  const [giftIds, clientIds] = [[...owners.keys()], Array.from(owners.values(), ({ clientId }) => clientId)];
  const { rows } = await sql<Finding>`
    select id as "giftId", 'it belongs to ' || coalesce(client_id, 'nobody') || ', and ' || creator || ' created it' as why
    from gifts join unnest(${giftIds}::uuid[], ${clientIds}::text[]) as told (id, creator) using (id)
    where client_id is distinct from creator
    union all
    select id, 'nobody with a right key created it'
    from gifts where coalesce(client_id, '') <> all(${clients.map(({ clientId }) => clientId)})
    union all
    select gift_id, 'a send was accepted from somebody who may not ask for it'
    from send_requests where starts_with(request_id, ${forbiddenKeyPrefix})
    order by 1`.execute(db);
  return rows;
}
