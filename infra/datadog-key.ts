/**
 * Monitors are declared with two keys of a Datadog account. Asked for before anything else is: without them the deploy
 * would stop half-way, and a deploy that left the monitors out would delete those that are there.
 * @throws Error that says what to do
 */
export function requireDatadogKeys(stage: string): void {
  if (process.env.DATADOG_API_KEY && process.env.DATADOG_APP_KEY) return;
  throw new Error(
    `stage ${stage} has monitors: set DATADOG_API_KEY and DATADOG_APP_KEY (docs/deploying.md says how to get them), or take \`monitors\` out of its row in infra/stage-table.ts`,
  );
}
