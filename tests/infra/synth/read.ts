import type { Resource, Stack } from "./stack.ts";

/** A container of a task definition, as far as checks look at it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly essential?: boolean;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
}

/** One statement of an IAM policy. */
export interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** Resources of one type, e.g. `aws:sqs/queue:Queue`. */
export function ofType(stack: Stack, type: string): readonly Resource[] {
  return stack.resources.filter((resource) => resource.type === type);
}

/**
 * The one resource of that name which isn't a link: an SST component and what it is made of have different names.
 * @throws Error when there is none
 */
export function named(stack: Stack, name: string): Resource {
  const found = stack.resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`stage ${stack.stage} has no resource ${name}`);
  return found;
}

/** The containers of a task definition, which is JSON inside its input. */
export function containersOf(definition: Resource): readonly Container[] {
  return parse(definition.inputs.containerDefinitions);
}

/** What a resource allows or denies: the policies inside a role, a policy of its own, or a queue's. */
export function statementsOf({ inputs }: Resource): readonly Statement[] {
  const inline: readonly { readonly policy: unknown }[] = Array.isArray(inputs.inlinePolicies)
    ? inputs.inlinePolicies
    : [];
  const documents = [...inline.map(({ policy }) => policy), inputs.policy];
  return documents.flatMap((document) => {
    if (typeof document !== "string") return [];
    const { Statement = [] }: { Statement?: Statement[] } = JSON.parse(document);
    // A bucket's or repository's policy may carry single words where a role's carries lists.
    return Statement.map((statement) => ({
      ...statement,
      Action: [statement.Action ?? []].flat(),
      Resource: [statement.Resource ?? []].flat(),
    }));
  });
}

function parse<Value>(json: unknown): Value {
  if (typeof json !== "string") throw new Error(`expected JSON, found ${typeof json}`);
  return JSON.parse(json);
}
