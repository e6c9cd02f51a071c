import type { ApiParts, Handlers } from '../call/call.ts';

/** The processes that share the database. */
export function nodeHandlers({ nodes }: Pick<ApiParts, 'nodes'>) {
  return { getNodes: () => nodes.show() } satisfies Partial<Handlers>;
}
