import { execFileSync } from "node:child_process";

/**
 * What is deployed, as Datadog and the registry show it: the commit, with `-dirty` when the tree has changes. Asked of
 * git and not of a variable, which each of a laptop, GitHub Actions and the SST Console would have to set.
 */
export const version = execFileSync("git", ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], {
  encoding: "utf8",
}).trim();
