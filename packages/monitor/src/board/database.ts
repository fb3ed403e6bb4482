import { database, own } from "../series.ts";
import { type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** What Postgres runs out of, and how long a statement waits to get to it. */
export function databaseGroup({ chart }: Watched): Group {
  return {
    title: "Database",
    charts: [
      chart("database-cpu", "CPU in percent"),
      chart("database-connections", "Connections"),
      chart("database-storage", "Free storage in bytes"),
      {
        title: "Latency of the disk in seconds",
        display: "line",
        lines: [line("read", database("aws.rds.read_latency")), line("write", database("aws.rds.write_latency"))],
      },
      {
        title: "Disk operations per second",
        display: "line",
        lines: [line("read", database("aws.rds.read_iops")), line("write", database("aws.rds.write_iops"))],
      },
      {
        title: "Wait for a connection in seconds",
        display: "line",
        lines: [line("longest", own("gift.database.pool_wait", "max"), { by: ["pool"] })],
      },
    ],
  };
}
