import { MutationCache, type Query, QueryCache, QueryClient } from '@tanstack/react-query';
import { ClientError } from '../../client/client.ts';
import type { RouteId } from '../../contract/routes.ts';
import { forget } from '../session/session.ts';
import { isAffected } from './affected.ts';
import { refreshAfterChange } from './after-change.ts';

/**
 * Whether an error means that the server is away for now: no answer at all, or one of a server that starts or stops.
 * What was asked is asked again then, until it is back.
 */
export function isAway(error: unknown): boolean {
  return error instanceof ClientError && (error.status === 0 || error.status === 502 || error.status === 503);
}

/** Credentials that the server no longer accepts sign out; the sign-in page says why. */
function signOutWhenUnknown(error: unknown): void {
  if (error instanceof ClientError && error.code === 'unauthorized') forget(String(error.problem['reason']));
}

/** As often as the server is looked for: who waits for it longer would wait on when it is back. */
const longestWaitMs = 2_000;

const listeners = new Set<(isAffected: (read: RouteId) => boolean) => void>();

/** Calls the listener after each change, with whether it can have changed what a read returned. */
export function onChange(listener: (isAffected: (read: RouteId) => boolean) => void): void {
  listeners.add(listener);
}

/** What the console knows of the server. After a change, what it can have changed is asked for again. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signOutWhenUnknown }),
  mutationCache: new MutationCache({
    onError(error) {
      signOutWhenUnknown(error);
      // A change that did not arrive tells sooner than the next regular look that the server is away.
      if (isAway(error)) void queryClient.invalidateQueries({ queryKey: ['livez'] });
    },
    onSuccess(_data, _variables, _context, { meta }) {
      if (meta?.['route'] === null) return;
      const change = meta?.['route'] as RouteId | undefined; // as `useApi` puts it there
      for (const listener of listeners) listener((read) => change === undefined || isAffected(read, change));
      const predicate = ({ queryKey: [read] }: Query) => change === undefined || isAffected(read, change);
      return refreshAfterChange(queryClient, predicate);
    },
  }),
  defaultOptions: {
    queries: {
      // The browser's own opinion about the network says nothing of a server on this machine.
      networkMode: 'always',
      staleTime: 5_000,
      retry: (_count, error) => isAway(error),
      retryDelay: (count) => Math.min(500 * 2 ** count, longestWaitMs),
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
