import type { Definition } from "./definition.ts";

/** Whom a stage tells. A stage without `page` wakes nobody, whatever the priority. */
export interface Route {
  /** Where the team reads, e.g. `@slack-gift-alerts`. */
  readonly channel: string;
  /** Who is woken, e.g. `@pagerduty-gift`. */
  readonly page?: string;
}

/**
 * What a person reads who has just been woken: what users feel, where to look, where the page is; and, unseen, who is
 * told.
 * @param runbook address of docs/runbook.md
 */
export function messageOf(definition: Definition, route: Route, runbook: string): string {
  const checks = definition.firstChecks.map((check, index) => `${index + 1}. ${check}.`);
  return [
    `**Users feel:** ${definition.impact}`,
    ["**Look here first:**", ...checks].join("\n"),
    `**Runbook:** ${runbookOf(definition, runbook)}`,
    handlesOf(definition, route),
  ].join("\n\n");
}

/** The page of an alert. */
export function runbookOf({ id }: Pick<Definition, "id">, runbook: string): string {
  return `${runbook}#${id}`;
}

/**
 * Who is told, by what has happened. A recovery goes wherever the alert went: PagerDuty keeps an incident open until it
 * hears of it. No data is a question for the channel: the signal is missing, not the service.
 */
function handlesOf({ priority }: Definition, { channel, page }: Route): string {
  const told = priority === 1 && page !== undefined ? `${page} ${channel}` : channel;
  return [
    `{{#is_alert}} ${told} {{/is_alert}}`,
    `{{#is_warning}} ${channel} {{/is_warning}}`,
    `{{#is_no_data}} ${channel} {{/is_no_data}}`,
    `{{#is_recovery}} ${told} {{/is_recovery}}`,
  ].join("\n");
}
