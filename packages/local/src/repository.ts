import { fileURLToPath } from "node:url";

/** Root of the clone: where the services' entry points are, and what relative folders count from. */
export const repositoryFolder = fileURLToPath(new URL("../../..", import.meta.url));
