import { rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { datadogKeys } from "./account.ts";
import { created, type Registration } from "./attribute.ts";
import { bundleApp, bundleRun } from "./bundle.ts";
import { failFast } from "./fail-fast.ts";
import { lookedUp } from "./lookup.ts";
import { type Monitor, type Recording, record } from "./recorder.ts";
import { platform, requireFromPlatform } from "./repository.ts";
import { startRpcServer } from "./rpc-server.ts";
import type { Request, Stack } from "./stack.ts";

interface App {
  readonly name: string;
  readonly removal: string;
  readonly protect: boolean;
  readonly providers: { readonly aws: { readonly region: string } };
}

interface Pulumi {
  readonly runtime: {
    setMocks(mocks: object, project: string, stack: string, preview: boolean): Promise<void>;
    getMonitor(): Monitor;
    runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
    disconnect(): Promise<void>;
  };
  output(value: unknown): { apply(use: (value: unknown) => void): void };
}

interface Program {
  readonly pulumi: Pulumi;
  program(): Promise<unknown>;
}

/**
 * Runs sst.config.ts as `sst deploy` does, with SST's real components, against Pulumi's mocks. Once per process: Pulumi
 * keeps its state in module scope.
 * @throws the first error of the configuration, also one inside an `apply`
 */
export async function synthesize(request: Request): Promise<Stack> {
  const app = await readApp(request);
  const { region } = app.providers.aws;
  const rpc = await startRpcServer(region);
  Object.assign(process.env, { SST_SERVER: rpc.url, SST_AWS_REGION: region, ...datadogKeys });
  try {
    const { pulumi, program } = await loadProgram(app, request);
    await pulumi.runtime.setMocks(mocksOf(region), app.name, request.stage, false);
    const recording = record(pulumi.runtime.getMonitor());
    const outputs = await failFast(() => runProgram(pulumi, program, recording));
    const { name, removal, protect } = app;
    return {
      stage: request.stage,
      isDev: request.isDev === true,
      app: { name, removal, protect },
      ...recording,
      outputs,
    };
  } finally {
    rpc.stop();
  }
}

async function readApp(request: Request): Promise<App> {
  const { stage } = request;
  const { app } = await loadBundle<{ app(input: { stage: string }): Promise<App> }>("app", (outfile) =>
    bundleApp(outfile, request),
  );
  // The command line passes it on as JSON, so what JSON can't carry is lost there too.
  const given: App = JSON.parse(JSON.stringify(await app({ stage })));
  return { ...given, stage } as App;
}

async function loadProgram(app: App, request: Request): Promise<Program> {
  return await loadBundle<Program>("run", (outfile) => bundleRun(outfile, app, request));
}

/** Bundles lie inside the platform, from where `@pulumi/*` resolves to the one copy. */
async function loadBundle<Module>(name: string, bundle: (outfile: string) => Promise<void>): Promise<Module> {
  requireFromPlatform("@pulumi/pulumi/package.json");
  const outfile = join(platform, `synth.${name}.${process.pid}.mjs`);
  try {
    await bundle(outfile);
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile, { force: true });
  }
}

function mocksOf(region: string): object {
  return {
    newResource: (registration: Registration) => created(registration, region),
    call: ({ token, inputs }: { token: string; inputs: Record<string, unknown> }) => lookedUp(token, inputs, region),
  };
}

async function runProgram({ runtime, output }: Pulumi, program: () => Promise<unknown>, { resources }: Recording) {
  const outputs = await runtime.runInPulumiStack(program);
  let registered: number;
  do {
    registered = resources.length;
    // SST exports links with `process.nextTick`, which waits until all that promises do is done: under mocks,
    // everything.
    await nextTurn();
    await runtime.disconnect();
  } while (resources.length > registered);
  const resolved = await new Promise((resolve) => output(outputs).apply(resolve));
  const json: Record<string, unknown> = JSON.parse(JSON.stringify(resolved ?? {}));
  return json;
}
