import type { ApiParts, Handlers } from '../call/call.ts';
import { invalid } from '../http/validate.ts';

/** Statistics over time. An id that nothing was counted for, known or not, has zeros. */
export function statsHandlers({ pipeline }: ApiParts): Handlers<'getStats'> {
  return {
    getStats({ query: { kind, id = null, range } }) {
      if (kind === 'all' && id !== null) throw invalid([{ pointer: '/id', detail: 'An id needs its kind.' }]);
      return pipeline.statistics.read({ kind, id, range });
    },
  };
}
