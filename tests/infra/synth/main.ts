import { parseArgs } from "node:util";
import { renderEnvironment } from "./environment-file.ts";
import type { Stack } from "./stack.ts";
import { synthesized } from "./synthesized.ts";

const usage = `Synthesizes a stage with SST's real components: what \`sst deploy\` would ask of AWS, without an account or a network.

  bun run synth --stage <name> [--dev] [--list | --show <name or type> | --links | --types | --json]

  --stage <name>  staging, production, public, customer, or any other name for a personal stage
  --dev           what \`sst dev\` deploys for that stage
  --list          one line per resource: type and name (the default)
  --show <text>   everything about the resources whose name is <text> or whose type contains it
  --links         the resource bindings and what they grant
  --types         the text of sst-env.d.ts
  --json          the whole recording
  --help          this text
`;

const options = {
  stage: { type: "string" },
  dev: { type: "boolean" },
  list: { type: "boolean" },
  show: { type: "string" },
  links: { type: "boolean" },
  types: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

async function run(): Promise<string> {
  const { values } = parseArgs({ options });
  if (values.help) return usage;
  if (values.stage === undefined) throw new Error("which stage? Give --stage <name> (--help tells more)");
  const stack = await synthesized({ stage: values.stage, isDev: values.dev === true });
  if (values.json) return asJson(stack);
  if (values.types) return renderEnvironment(stack.links);
  if (values.links) return asJson(stack.links);
  if (values.show !== undefined) return asJson(readable(found(stack, values.show)));
  return list(stack);
}

function list({ resources, stage, isDev }: Stack): string {
  const lines = resources.map(({ type, name }) => `${type}  ${name}\n`).join("");
  return `${lines}${resources.length} resources in stage ${stage}${isDev ? " under sst dev" : ""}\n`;
}

function found(stack: Stack, text: string): Stack["resources"] {
  const matching = stack.resources.filter(({ type, name }) => name === text || type.includes(text));
  if (matching.length === 0) throw new Error(`stage ${stack.stage} has no resource ${text}: --list names them`);
  return matching;
}

/** Container definitions and policies are JSON inside JSON: shown as what they are. */
function readable(value: unknown): unknown {
  if (typeof value === "string" && /^[[{]/.test(value)) return parsed(value);
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
}

function parsed(text: string): unknown {
  try {
    return readable(JSON.parse(text));
  } catch {
    return text;
  }
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

try {
  process.stdout.write(await run());
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
  process.exitCode = 1;
}
