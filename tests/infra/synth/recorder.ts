import type { DevCommand, Link, Resource } from "./stack.ts";

/** The part of Pulumi's mock monitor that a recording touches. */
export interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(req: RegisterRequest, callback: unknown): unknown;
  registerResourceOutputs(req: OutputsRequest, callback: unknown): unknown;
}

interface Struct {
  toJavaScript(): Record<string, unknown>;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): Struct;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Struct | undefined;
}

export interface Recording {
  readonly resources: Resource[];
  readonly links: Record<string, Link>;
  readonly devCommands: Record<string, DevCommand>;
}

/** Pulumi's mark of a value that is secret. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/**
 * Records what goes through a mock monitor, with the options and secrets that Pulumi's own mocks leave out.
 * @param monitor Pulumi's, changed in place
 */
export function record(monitor: Monitor): Recording {
  const recording: Recording = { resources: [], links: {}, devCommands: {} };
  const newUrn = monitor.newUrn.bind(monitor);
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  // Mocks put the stack's type into every URN, the engine doesn't; a link carries the type it finds in the URN.
  monitor.newUrn = (parent, type, name) => newUrn(parent, type, name).replace("pulumi:pulumi:Stack$", "");
  monitor.registerResource = (req, callback) => {
    recording.resources.push(resourceOf(req));
    return registerResource(req, callback);
  };
  monitor.registerResourceOutputs = (req, callback) => {
    const raw = req.getOutputs()?.toJavaScript();
    const outputs = revealed(raw);
    if (req.getUrn().includes("sst:sst:LinkRef")) recordLink(recording, outputs, secretNames(raw?.properties));
    if (req.getUrn().includes("sst:sst:DevCommand")) recordDevCommand(recording, req, outputs);
    return registerResourceOutputs(req, callback);
  };
  return recording;
}

function recordLink(recording: Recording, outputs: unknown, secret: readonly string[]): void {
  const { target, properties, include } = outputs as { target: string } & Link;
  recording.links[target] = { properties, ...(include && { include }), ...(secret.length > 0 && { secret }) };
}

function recordDevCommand(recording: Recording, req: OutputsRequest, outputs: unknown): void {
  const { _dev } = outputs as { _dev: DevCommand };
  recording.devCommands[lastName(req.getUrn())] = _dev;
}

function resourceOf(req: RegisterRequest): Resource {
  const parent = lastName(req.getParent());
  return {
    type: req.getType(),
    name: req.getName(),
    ...(parent && { parent }),
    inputs: revealed(req.getObject().toJavaScript()) as Record<string, unknown>,
    options: {
      ...(req.getProtect() && { protect: true }),
      ...(req.getRetainondelete() && { retainOnDelete: true }),
      ...(req.getIgnorechangesList().length > 0 && { ignoreChanges: req.getIgnorechangesList() }),
      ...(req.getDependenciesList().length > 0 && { dependsOn: req.getDependenciesList().map(lastName) }),
    },
  };
}

function lastName(urn: string): string {
  return urn.split("::").pop() ?? "";
}

/** Which of an object's values are encrypted in the state; all of them when it is as a whole. */
function secretNames(object: unknown): string[] {
  if (isSecret(object)) return Object.keys(revealed(object) ?? {});
  const entries = Object.entries(object ?? {});
  return entries.filter(([, value]) => isSecret(value)).map(([name]) => name);
}

function isSecret(value: unknown): value is { readonly value?: unknown } {
  return typeof value === "object" && value !== null && secretSignature in value;
}

/** A recorded secret is read like any other value: tests look for the value itself wherever it must not be. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return revealed(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revealed(inner)]));
}
