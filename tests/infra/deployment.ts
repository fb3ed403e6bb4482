import type { Request } from "./synth/stack.ts";

/** Every kind of deployment there is: what holds for all is asked of each. */
export const deployments: readonly (Request & { readonly label: string })[] = [
  { label: "staging", stage: "staging" },
  { label: "production", stage: "production" },
  { label: "public", stage: "public" },
  { label: "customer", stage: "customer" },
  { label: "a personal stage", stage: "dave" },
  { label: "a personal stage under sst dev", stage: "dave", isDev: true },
];
