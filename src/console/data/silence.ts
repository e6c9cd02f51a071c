import { useEffect, useState } from 'react';
import { queryClient } from './query-client.ts';

/** How long a server may take to respond before it is said to be slow. */
const patienceMs = 5_000;

/** When each read that has no response yet was asked for, by its hash. */
const begun = new Map<string, number>();
queryClient.getQueryCache().subscribe((event) => {
  const { queryHash, state } = event.query;
  if (event.type === 'removed' || state.fetchStatus !== 'fetching') begun.delete(queryHash);
  // A repetition after a failure is a new question.
  else if (event.type === 'updated' && (event.action.type === 'fetch' || event.action.type === 'failed'))
    begun.set(queryHash, Date.now());
});

/** Whether a read has waited for its response for five seconds: the server may hang, and what is shown may be old. */
export function useSilence(): boolean {
  const [isSilent, tell] = useState(false);
  useEffect(() => {
    const look = () => tell(Math.min(...begun.values(), Number.POSITIVE_INFINITY) <= Date.now() - patienceMs);
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, []);
  return isSilent;
}
