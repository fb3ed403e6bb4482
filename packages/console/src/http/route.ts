import type { Visitor } from "../access/access.ts";

/** What a route may know of a request before anybody is let in. */
export interface OpenContext {
  readonly request: Request;
  readonly url: URL;
  /** The client's. */
  readonly address: string;
  /** Named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** A POST's fields; empty otherwise. */
  readonly form: URLSearchParams;
}

export interface Context extends OpenContext {
  readonly visitor: Visitor;
  /** Whether the visitor would still be let in: for an answer that goes on for long. */
  isStillAdmitted(): boolean;
}

export interface Route<Given extends OpenContext = Context> {
  readonly method: "GET" | "POST";
  /** As URLPattern takes it, e.g. `/gifts/:id`. */
  readonly path: string;
  handle(context: Given): Response | Promise<Response>;
}

/**
 * The route that answers a request.
 * @returns it and the named parts of the path
 */
export function findRoute<Given extends OpenContext>(
  routes: readonly Route<Given>[],
  request: Request,
): { readonly route: Route<Given>; readonly params: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    const match = request.method === route.method && new URLPattern({ pathname: route.path }).exec(request.url);
    if (match) return { route, params: decoded(match.pathname.groups) };
  }
  return undefined;
}

function decoded(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, text = ""]) => [name, decode(text)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
