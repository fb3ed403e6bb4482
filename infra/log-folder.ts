import type { ContainerDefinition } from "./container.ts";
import { logVolume } from "./datadog.ts";

/** Opens the log's volume before the process starts. */
export const logFolderName = "log-folder";

/**
 * Whoever Fargate makes the volume's owner, the process can write to it. AWS says: the image's, for a path that the
 * image declares as VOLUME, and root otherwise. The agent, whose image declares none there, mounts it first, and nobody
 * says what holds then. So a container of our image opens what is root's and leaves alone what isn't: as root, with no
 * capability but to own a folder. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
 * @param process the container that will write
 */
export function logFolderOf({ image, logConfiguration }: ContainerDefinition): ContainerDefinition {
  return {
    name: logFolderName,
    image,
    logConfiguration,
    essential: false,
    command: ["find", logVolume.path, "-maxdepth", "0", "-user", "root", "-exec", "chmod", "1777", "{}", "+"],
    user: "0:0",
    readonlyRootFilesystem: true,
    linuxParameters: { capabilities: { drop: ["ALL"] } },
    mountPoints: [{ sourceVolume: logVolume.name, containerPath: logVolume.path, readOnly: false }],
  };
}
