/** What we read of V8's CPU profile (Chrome DevTools Protocol, `Profiler.Profile`). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** The node that each sample found on top of the stack. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface Cost {
  /** `function (file:line)`. */
  readonly where: string;
  /** Of the time in which the process worked. */
  readonly share: number;
}

/** V8's own names for time in which nothing runs. */
const restful = new Set(["(idle)", "(program)"]);

/**
 * The functions in which a process itself spent most of its time, without what they call.
 * @param most how many
 */
export function largestCosts({ nodes, samples, timeDeltas }: CpuProfile, most: number): readonly Cost[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, node] of samples.entries()) {
    const name = names.get(node) ?? "";
    if (!restful.has(name)) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = Array.from(times.values()).reduce((sum, time) => sum + time, 0);
  const costs = Array.from(times, ([where, time]) => ({ where, share: time / total }));
  return costs.sort((one, other) => other.share - one.share).slice(0, most);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  if (functionName.startsWith("(")) return functionName;
  const file = url.replace(/^.*\/node_modules\//, "").replace(/^file:\/\/.*\/(packages|tests)\//, "$1/");
  return `${functionName === "" ? "anonymous" : functionName}${file === "" ? "" : ` (${file}:${lineNumber + 1})`}`;
}
