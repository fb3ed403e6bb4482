import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../support/sources.ts";

export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly needs?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean; readonly queue?: "max" };
  readonly "timeout-minutes"?: number;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly path: string;
  readonly text: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = ".github/workflows";

/** Every workflow of the repository, by file name without its ending. */
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  readdirSync(join(root, folder)).map((file) => {
    const text = readFileSync(join(root, folder, file), "utf8");
    const content: Omit<Workflow, "path" | "text"> = parse(text);
    return [file.replace(/\.yml$/, ""), { ...content, path: `${folder}/${file}`, text }];
  }),
);

/** One that must be there. */
export function workflow(name: string): Workflow {
  const found = workflows.get(name);
  if (!found) throw new Error(`there is no workflow ${name}`);
  return found;
}

/** One of its jobs that must be there. */
export function job(name: string, of: string): Job {
  const found = workflow(of).jobs[name];
  if (!found) throw new Error(`${of} has no job ${name}`);
  return found;
}

/** Every step of every job, and the job it is in. */
export function stepsOf({ jobs }: Workflow): readonly (Step & { readonly job: Job })[] {
  return Object.values(jobs).flatMap((each) => (each.steps ?? []).map((step) => ({ ...step, job: each })));
}

/** GitHub's way to write a value into a workflow. */
export function expression(text: string): string {
  return `\${{ ${text} }}`;
}
