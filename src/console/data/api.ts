import { queryOptions, type UseMutationResult, useMutation } from '@tanstack/react-query';
import type { Answer, Arguments, CallInput, ClientError, ListId } from '../../client/client.ts';
import type { RouteId } from '../../contract/routes.ts';
import { client } from '../session/session.ts';

/**
 * A read of the API, for `useQuery`: the route's id and what it takes. The same read in two places of a page is asked for
 * once. The error is always a `ClientError`.
 */
export function apiQuery<Id extends RouteId>(id: Id, ...[input]: Arguments<Id>) {
  return queryOptions<Answer<Id>, ClientError>({
    queryKey: [id, input ?? null],
    queryFn: ({ signal }) => call(id, { ...input, signal } as CallInput<Id>), // the route's input with one more member
  });
}

/**
 * All items of a list, newest first, for `useQuery`: the one way to everything of a kind, for lists that are sorted here,
 * for joining, for choices and for names. What one page asked for serves the others.
 */
export function allQuery<Id extends ListId>(id: Id, ...[input]: Arguments<Id>) {
  return queryOptions<Answer<Id>['data'], ClientError>({
    queryKey: [id, 'all', input ?? null],
    async queryFn({ signal }) {
      const args = [{ ...input, signal }] as unknown as Arguments<Id>; // the list's input with one more member
      const items: unknown[] = [];
      for await (const item of client().list(id, ...args)) items.push(item);
      return items as Answer<Id>['data']; // what the list holds
    },
    staleTime: 30_000,
  });
}

/**
 * A change by the API, for a form or a button: `mutate(input, { onSuccess, onError })`. What it can have changed is asked
 * for again (`affected.ts`); `isRead` says that it changes nothing (a check, a preview, a test).
 */
export function useApi<Id extends RouteId>(
  id: Id,
  { isRead = false }: { isRead?: boolean } = {},
): UseMutationResult<Answer<Id>, ClientError, CallInput<Id>> {
  return useMutation<Answer<Id>, ClientError, CallInput<Id>>({
    mutationFn: (input) => call(id, input),
    meta: { route: isRead ? null : id },
  });
}

function call<Id extends RouteId>(id: Id, input: CallInput<Id>): Promise<Answer<Id>> {
  const args = [input] as unknown as Arguments<Id>; // what the route takes, which the compiler can't see through Id
  return client().call(id, ...args);
}
