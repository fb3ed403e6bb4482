/** Every alert, and so every page of docs/runbook.md. */
export const monitorIds = [
  "api-errors",
  "healthy-hosts",
  "tasks-missing",
  "queue-backlog",
  "queue-age",
  "send-failures",
  "database-cpu",
  "database-connections",
  "database-storage",
  "dead-letter",
  "outbox-age",
  "stuck-gifts",
  "api-latency",
  "circuit-open",
  "agent-silent",
  "slo-availability",
  "slo-latency",
  "slo-delivery",
  "slo-dead-letters",
] as const;

export type MonitorId = (typeof monitorIds)[number];
