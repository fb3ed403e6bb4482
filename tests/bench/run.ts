import type { Bench } from "./bench.ts";
import type { Finding } from "./finding.ts";
import { describeMachine, type Machine } from "./report/machine.ts";
import { BenchRig, type RigOptions } from "./rig/rig.ts";

export interface Run {
  readonly machine: Machine;
  readonly seconds: number;
  readonly isShort: boolean;
  readonly findings: readonly Finding[];
  /** Benches that couldn't be made, and why. */
  readonly broken: readonly { readonly bench: string; readonly error: string }[];
}

/** Makes the benches one after the other. One that breaks doesn't keep the others from their turn. */
export async function runBenches(benches: readonly Bench[], options: RigOptions): Promise<Run> {
  const since = performance.now();
  const findings: Finding[] = [];
  const broken: { bench: string; error: string }[] = [];
  let name = "";
  const rig = new BenchRig({ ...options, say: (text) => options.say(`${name}: ${text}`) });
  // Before: the run itself is most of the load after it.
  const { load } = describeMachine("");
  try {
    for (const [index, bench] of benches.entries()) {
      name = `[${index + 1}/${benches.length}] ${bench.name}`;
      rig.say("starting");
      await bench
        .run(rig)
        .then((found) => findings.push(...found.map((each) => ({ bench: bench.name, ...each }))))
        .catch((err: unknown) => broken.push({ bench: bench.name, error: inFull(err) }));
      await rig.clear();
    }
  } finally {
    await rig.close();
  }
  const machine = { ...describeMachine(rig.postgresVersion), load };
  return { machine, seconds: (performance.now() - since) / 1_000, isShort: options.sizes.isShort, findings, broken };
}

function inFull(err: unknown): string {
  return err instanceof Error ? (err.stack ?? err.message) : String(err);
}
