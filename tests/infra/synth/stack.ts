/**
 * What one stage asks of AWS, as recorded from SST's real components. Plain JSON: a synthesis runs in its own process.
 */
export interface Stack {
  readonly stage: string;
  /** Whether this is what `sst dev` deploys. */
  readonly isDev: boolean;
  /** What `app()` of sst.config.ts returned. */
  readonly app: { readonly name: string; readonly removal: string; readonly protect: boolean };
  readonly resources: readonly Resource[];
  /** By the name of the binding: what `sst shell` and sst-env.d.ts carry. */
  readonly links: Readonly<Record<string, Link>>;
  /**
   * By component: what `sst dev` starts on the developer's machine; recorded for deploys too, where nobody reads it.
   */
  readonly devCommands: Readonly<Record<string, DevCommand>>;
  /** What `run()` returned. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface Resource {
  /** Pulumi's type, e.g. `aws:sqs/queue:Queue`. */
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: ResourceOptions;
}

export interface ResourceOptions {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly ignoreChanges?: readonly string[];
  /** Names of the resources that have to be there first, whether by an input or by `dependsOn`. */
  readonly dependsOn?: readonly string[];
}

export interface Link {
  readonly properties: Readonly<Record<string, unknown>>;
  /** Names of the properties that are encrypted in the state. */
  readonly secret?: readonly string[];
  /** What linking grants. */
  readonly include?: readonly Readonly<Record<string, unknown>>[];
}

export interface DevCommand {
  readonly command: string;
  readonly directory: string;
  readonly autostart: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Names of the bindings that it is given. */
  readonly links: readonly string[];
}

/** What to synthesize. */
export interface Request {
  readonly stage: string;
  readonly isDev?: boolean;
  /** Path, from the repository's root, of a module that stands in for `packages/fleet/src/fleet.ts`. */
  readonly fleet?: string;
  /** Changes to sources, as somebody might make them: what a mutation or an option that no stage uses leads to. */
  readonly edits?: readonly SourceEdit[];
}

export interface SourceEdit {
  /** Path from the repository's root. */
  readonly file: string;
  /** Replaced everywhere in the file; it must occur. */
  readonly text: string;
  readonly by: string;
}
