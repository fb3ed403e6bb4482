import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import type { LoadBalancer } from "../system/load-balancer.ts";
import type { QueueDepth } from "../system/queue-depth.ts";
import type { Service } from "../system/service.ts";
import type { Source } from "./derive.ts";

/** What clients saw at the load balancer; a reading takes the counts since the one before. */
export function loadBalancerSource(loadBalancer: LoadBalancer): Source {
  let counts = noCounts();
  loadBalancer.onAnswered(({ status, by }) => {
    counts.requests += 1;
    if (status >= 500) counts[by === "target" ? "target" : "own"] += 1;
  });
  return {
    of: { kind: "load-balancer" },
    derivedFrom: "the rehearsal's own load balancer, which checks /readyz and counts answers",
    metrics: [
      "aws.applicationelb.request_count",
      "aws.applicationelb.httpcode_elb_5xx",
      "aws.applicationelb.httpcode_target_5xx",
      "aws.applicationelb.healthy_host_count",
    ],
    read() {
      const { requests, own, target } = counts;
      counts = noCounts();
      return {
        "aws.applicationelb.request_count": requests,
        "aws.applicationelb.httpcode_elb_5xx": own,
        "aws.applicationelb.httpcode_target_5xx": target,
        "aws.applicationelb.healthy_host_count": loadBalancer.healthyTargets(),
      };
    },
  };
}

function noCounts() {
  return { requests: 0, own: 0, target: 0 };
}

/**
 * A service's processes.
 * @param name as the fleet has it
 */
export function serviceSource(name: string, service: Service): Source {
  return {
    of: { kind: "service", name },
    derivedFrom: "the processes that run",
    metrics: ["aws.ecs.service.desired", "aws.ecs.service.running"],
    read: () => ({ "aws.ecs.service.desired": service.desired, "aws.ecs.service.running": service.running }),
  };
}

/**
 * A queue at the emulator.
 * @param readAgeSeconds age of its oldest message, already in the monitors' time
 */
export function queueSource(
  name: string,
  readDepth: () => Promise<QueueDepth>,
  readAgeSeconds: () => Promise<number>,
): Source {
  return {
    of: { kind: "queue", name },
    derivedFrom: "the emulator's counts; the age is that of the oldest send the database still has QUEUED",
    metrics: [
      "aws.sqs.approximate_number_of_messages_visible",
      "aws.sqs.approximate_number_of_messages_not_visible",
      "aws.sqs.approximate_age_of_oldest_message",
    ],
    async read() {
      const [{ visible, inFlight }, ageSeconds] = await Promise.all([readDepth(), readAgeSeconds()]);
      return {
        "aws.sqs.approximate_number_of_messages_visible": visible,
        "aws.sqs.approximate_number_of_messages_not_visible": inFlight,
        "aws.sqs.approximate_age_of_oldest_message": visible + inFlight === 0 ? 0 : ageSeconds,
      };
    },
  };
}

/** Postgres by its own account. */
export function databaseSource(db: Kysely<Database>): Source {
  return {
    of: { kind: "database" },
    derivedFrom: "pg_stat_activity",
    metrics: ["aws.rds.database_connections"],
    async read() {
      const { rows } = await sql<{ connections: number }>`
        select count(*)::int as connections from pg_stat_activity where backend_type = 'client backend'`.execute(db);
      return { "aws.rds.database_connections": rows[0]?.connections ?? 0 };
    },
  };
}

/** SQS moves what was received more often to the back, and leaves it out of the age. */
const mostReceives = 2;

/**
 * Age of the oldest send whose message is with SQS: accepted, not finished, no longer in the outbox and not tried too
 * often.
 * @returns seconds of this machine's time
 */
export async function readOldestSendSeconds(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select coalesce(extract(epoch from now() - min(send_requests.created_at)), 0)::float as seconds
    from gifts join send_requests on send_requests.gift_id = gifts.id and send_requests.request_id = gifts.request_id
    where gifts.status = 'QUEUED'
      and not exists (select from outbox where outbox.body::jsonb ->> 'gift_id' = gifts.id::text)
      and not exists (select from send_attempts as tried
        where tried.gift_id = gifts.id and tried.request_id = gifts.request_id and tried.receive_count > ${mostReceives})`.execute(
    db,
  );
  return rows[0]?.seconds ?? 0;
}
