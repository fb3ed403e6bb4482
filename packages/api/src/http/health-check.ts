import { pathOf } from "./path.ts";

/** What load balancers and ECS ask all the time: always answered, by anybody, and of no interest to a trace. */
const healthPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** @param path without a query */
export function isHealthPath(path: string): boolean {
  return healthPaths.has(path);
}

/** @param url as in the request line */
export function isHealthCheck(url = ""): boolean {
  return isHealthPath(pathOf(url));
}
