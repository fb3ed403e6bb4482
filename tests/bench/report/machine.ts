import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../../support/sources.ts";

/** Where and with what a run was made. */
export interface Machine {
  readonly processors: string;
  readonly memory: string;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Averages over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
}

const packages = [
  ...["elysia", "fastify", "pg", "kysely", "@aws-sdk/client-sqs", "fauxqs"],
  ...["sqs-consumer", "graphile-worker", "pg-boss"],
];

/** @param postgres the server's version */
export function describeMachine(postgres: string): Machine {
  const model = cpus()[0]?.model.trim();
  const installed = packages.flatMap((name) => versionOf(name) ?? []);
  return {
    processors: `${cpus().length} × ${model === undefined || model === "" ? "unknown processor" : model}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()}, ${arch()}`,
    versions: { node: process.versions.node, postgres, ...Object.fromEntries(installed) },
    load: loadavg().map((average) => Math.round(average * 100) / 100),
  };
}

/** Undefined for what is installed below its only user, where nobody else sees it. */
function versionOf(name: string): [[string, string]] | undefined {
  for (const folder of ["node_modules", "packages/api/node_modules"]) {
    try {
      const manifest: { version: string } = JSON.parse(readFileSync(join(root, folder, name, "package.json"), "utf8"));
      return [[name, manifest.version]];
    } catch {}
  }
  return undefined;
}

/** In two lines, for people. */
export function machineLines({ processors, memory, system, versions, load }: Machine): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${processors}, ${memory}, ${system}; load ${load.join(" ")}\n${list.join(", ")}`;
}
