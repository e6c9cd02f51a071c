import { invalid } from '../../contract/errors.ts';
import { given } from '../../contract/given.ts';
import type { ApiParts, Handlers } from '../call/call.ts';

/** Statistics over time. An id without counts, known or not, has zeros. */
export function statsHandlers({ pipeline }: ApiParts) {
  return {
    getState: ({ query }) => pipeline.queueStatus.state(given(query)),

    getStats({ query: { kind, id = null, range, from, until } }) {
      if (kind === 'all' && id !== null) throw invalid([{ pointer: '/id', detail: 'An id needs a kind.' }]);
      return pipeline.statistics.read({ kind, id, range, from, until });
    },
  } satisfies Partial<Handlers>;
}
