import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { platform, requireFromPlatform, root } from "./repository.ts";
import type { Request, SourceEdit } from "./stack.ts";

/** The part of esbuild's interface used here; SST's platform brings esbuild itself. */
interface Esbuild {
  build(options: object): Promise<unknown>;
}

interface PluginBuild {
  onResolve(filter: { filter: RegExp }, handle: (found: Resolution) => object | undefined): void;
  onLoad(filter: { filter: RegExp }, handle: (found: { path: string }) => object | undefined): void;
}

interface Resolution {
  readonly importer: string;
  readonly path: string;
  readonly kind: string;
}

const config = join(root, "sst.config.ts");

/** CommonJS inside an ES module bundle, as the SST command line does it. */
const prelude = [
  'import { createRequire as createRequireHere } from "module";',
  'import { fileURLToPath as pathHere } from "url";',
  "const require = createRequireHere(import.meta.url);",
  "const __filename = pathHere(import.meta.url);",
  'const __dirname = pathHere(new URL(".", import.meta.url));',
].join("\n");

const shared = {
  bundle: true,
  format: "esm",
  platform: "node",
  mainFields: ["module", "main"],
  nodePaths: [join(platform, "node_modules")],
  // Left out of the bundle and resolved beside it: Pulumi keeps its state in module scope, so there may be only one
  // copy.
  external: ["@pulumi/*", "@pulumiverse/*", "@aws-sdk/*", "undici", "esbuild", "archiver", "glob", "vite"],
  logLevel: "error",
  sourcemap: "inline",
};

/** Bundles phase one, `app(input)`, where no SST global exists. */
export async function bundleApp(outfile: string, request: Request): Promise<void> {
  await build({
    outfile,
    banner: { js: `${prelude}\nfunction $config(input) { return input; }` },
    stdin: entry(`import config from ${JSON.stringify(config)}; export const app = (input) => config.app(input);`),
    plugins: [
      {
        name: "no static imports",
        setup: (plugin: PluginBuild) => refuseStaticImports(plugin, request),
      },
    ],
  });
}

/** Bundles phase two, `run()`, with the globals that the SST command line provides. */
export async function bundleRun(outfile: string, app: object, request: Request): Promise<void> {
  const paths = { home: "", root, work: join(root, ".sst"), platform };
  const cli = { command: "deploy", dev: request.isDev === true, paths, state: { version: {} } };
  await build({
    outfile,
    banner: { js: prelude },
    define: { $app: JSON.stringify(app), $cli: JSON.stringify(cli), $dev: String(request.isDev === true) },
    inject: [join(platform, "src/shim/run.js")],
    stdin: entry(`
      import * as pulumi from "@pulumi/pulumi";
      import { run } from ${JSON.stringify(join(platform, "src/auto/run.ts"))};
      import config from ${JSON.stringify(config)};
      export { pulumi };
      export const program = () => run(config.run);`),
    plugins: [{ name: "globals", setup: (plugin: PluginBuild) => provideGlobals(plugin, request) }],
  });
}

function build(options: object): Promise<unknown> {
  const { build: run } = requireFromPlatform("esbuild") as Esbuild;
  return run({ ...shared, ...options });
}

function entry(contents: string): object {
  return { resolveDir: root, loader: "ts", sourcefile: "entry.ts", contents };
}

function refuseStaticImports(plugin: PluginBuild, request: Request): void {
  plugin.onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: sourceOf(path, request), loader: "ts" }));
  plugin.onResolve({ filter: /.*/ }, ({ importer, kind, path }) => {
    if (kind !== "import-statement") return undefined;
    if (basename(importer) === "sst.config.ts")
      return { errors: [{ text: "sst.config.ts must not have static imports: SST refuses them" }] };
    // SST runs app() to learn which providers to install: on a fresh clone none is there yet.
    if (path.startsWith("@pulumi/"))
      return { errors: [{ text: `${path} isn't installed when SST first reads this: use the provider's global` }] };
    return undefined;
  });
}

function provideGlobals(plugin: PluginBuild, request: Request): void {
  const lock: unknown = JSON.parse(readFileSync(join(root, ".sst/provider-lock.json"), "utf8"));
  const providers = lock as readonly { readonly alias: string; readonly package: string }[];
  const imports = [
    ...providers.map(({ alias, package: name }) => `import * as ${alias} from ${JSON.stringify(name)};`),
    `import * as sst from ${JSON.stringify(join(platform, "src/components"))};`,
  ].join("");
  plugin.onLoad({ filter: /\.(js|ts|jsx|tsx)$/ }, ({ path }) => {
    if (path.endsWith("/src/components/naming.ts")) return { contents: withStableNames(path), loader: "ts" };
    if (path.includes("/.sst/")) return undefined;
    const contents = sourceOf(path, request);
    return { contents: `${imports}\n${contents}`, loader: "default" };
  });
}

function sourceOf(path: string, { fleet, edits = [] }: Request): string {
  const isReplaced = fleet !== undefined && path.endsWith("/packages/fleet/src/fleet.ts");
  const source = readFileSync(isReplaced ? join(root, fleet) : path, "utf8");
  return edits.filter(({ file }) => path === join(root, file)).reduce(edited, source);
}

function edited(source: string, { file, text, by }: SourceEdit): string {
  if (!source.includes(text)) throw new Error(`${file} doesn't contain ${text}: the edit would prove nothing`);
  return source.replaceAll(text, by);
}

/** SST ends physical names in random letters; here they are a hash of the name, so that two runs are the same. */
function withStableNames(path: string): string {
  const source = readFileSync(path, "utf8");
  const stable = source.replace('crypto.randomBytes(8).toString("hex")', "(name + suffix)");
  if (stable === source) throw new Error(`${path} no longer draws random names as it did: look how it does now`);
  return stable;
}
