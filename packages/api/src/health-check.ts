/** What load balancers and ECS ask all the time: always answered, by anybody, and of no interest to a trace. */
export function isHealthCheck(url = ""): boolean {
  return /^\/(healthz|readyz)(\?|$)/.test(url);
}
