/**
 * A container of a task definition as SST writes it: parsed JSON, so that no value is an Output, and with
 * `restartPolicy`, which the types of @pulumi/aws lack. Its arguments express only a part of this: the rest is set by a
 * transform.
 */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly logConfiguration?: object | undefined;
  readonly essential?: boolean;
  readonly restartPolicy?: { readonly enabled: boolean; readonly restartAttemptPeriod: number };
  readonly stopTimeout?: number;
  readonly user?: string;
  readonly readonlyRootFilesystem?: boolean;
  readonly pseudoTerminal?: boolean;
  readonly portMappings?: readonly { readonly containerPort: number; readonly protocol: "tcp" }[];
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: "START" | "COMPLETE" }[];
  readonly mountPoints?: readonly MountPoint[];
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly linuxParameters?: {
    readonly initProcessEnabled?: boolean;
    readonly capabilities?: { readonly drop: readonly string[] };
  };
}

export interface MountPoint {
  readonly sourceVolume: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

/**
 * A transform of a task definition: rewrites its containers, one at a time, and adds volumes that live as long as the
 * task.
 * @param rewrite given a container, returns what takes its place: one or several
 * @param volumes their names
 */
export function rewriteContainers(
  rewrite: (container: ContainerDefinition) => ContainerDefinition | readonly ContainerDefinition[],
  volumes: readonly string[],
) {
  return (args: aws.ecs.TaskDefinitionArgs): undefined => {
    args.containerDefinitions = $jsonStringify(
      $output(args.containerDefinitions).apply((json) => (JSON.parse(json) as ContainerDefinition[]).flatMap(rewrite)),
    );
    args.volumes = $output(args.volumes).apply((present) => [...(present ?? []), ...volumes.map((name) => ({ name }))]);
  };
}
