import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CpuProfile, largestCosts } from "./self-time.ts";

const most = 12;

/** The largest costs of each process that left a profile in a folder, and where to find the rest. */
export function profileReport(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  const parts = files.sort().map((name) => {
    const profile: CpuProfile = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const costs = largestCosts(profile, most).map(
      ({ where, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${where}`,
    );
    return `${name}\n${costs.join("\n")}\n`;
  });
  return `\n${parts.join("\n")}\nProfiles, for Chrome's DevTools or another viewer: ${folder}\n`;
}
