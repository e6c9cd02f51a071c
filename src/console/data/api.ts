import {
  keepPreviousData,
  queryOptions,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { type Arguments, type CallInput, ClientError, type ListId, type RouteResponse } from '../../client/client.ts';
import { covers, type Right, rights } from '../../contract/accounts/rights.ts';
import { type RouteId, routeTable } from '../../contract/routes.ts';
import { parts } from '../messages/en.ts';
import { client } from '../session/session.ts';
import { queryClient } from './query-client.ts';

/**
 * A read of the API, for `useQuery`: the route's id and what it takes. The same read in two places of a page is asked for
 * once. The error is always a `ClientError`.
 */
export function apiQuery<Id extends RouteId>(id: Id, ...[input]: Arguments<Id>) {
  return queryOptions<RouteResponse<Id>, ClientError>({
    queryKey: [id, input ?? null],
    async queryFn({ signal }) {
      await needRights(id);
      return call(id, { ...input, signal } as CallInput<Id>); // the route's input with one more member
    },
  });
}

/**
 * All items of a list, newest first, for `useQuery`: the one way to everything of a kind, for lists that are sorted here,
 * for joining, for choices and for names. What one page asked for serves the others.
 */
export function allQuery<Id extends ListId>(id: Id, ...[input]: Arguments<Id>) {
  return queryOptions<RouteResponse<Id>['data'], ClientError>({
    queryKey: [id, 'all', input ?? null],
    async queryFn({ signal }) {
      await needRights(id);
      const args = [{ ...input, signal }] as unknown as Arguments<Id>; // the list's input with one more member
      const items: unknown[] = [];
      for await (const item of client().list(id, ...args)) items.push(item);
      return items as RouteResponse<Id>['data']; // what the list holds
    },
    staleTime: 30_000,
  });
}

/** The route of a kind of thing by its verb: `deleteConnection`. */
export const routeOf = <Verb extends string, Kind extends string>(verb: Verb, kind: Kind) =>
  `${verb}${kind.charAt(0).toUpperCase()}${kind.slice(1)}` as `${Verb}${Capitalize<Kind>}`; // put together as its type is

type More<Data, Selected> = Omit<UseQueryOptions<Data, ClientError, Selected>, 'queryKey' | 'queryFn'>;

/** A read of the API, as `useQuery` gives it. */
export function useApiQuery<Id extends RouteId, Selected = RouteResponse<Id>>(
  id: Id,
  input?: CallInput<Id>,
  more?: More<RouteResponse<Id>, Selected>,
): UseQueryResult<Selected, ClientError> {
  const asked = { ...apiQuery(id, ...([input] as unknown as Arguments<Id>)), ...more }; // what the route takes
  return useQuery(asked as UseQueryOptions<RouteResponse<Id>, ClientError, Selected>); // with the selection of `more`
}

/** All items of a list, as `useQuery` gives them. */
export function useAllQuery<Id extends ListId, Selected = RouteResponse<Id>['data']>(
  id: Id,
  input?: CallInput<Id>,
  more?: More<RouteResponse<Id>['data'], Selected>,
): UseQueryResult<Selected, ClientError> {
  const asked = { ...allQuery(id, ...([input] as unknown as Arguments<Id>)), ...more }; // what the list takes
  return useQuery(asked as UseQueryOptions<RouteResponse<Id>['data'], ClientError, Selected>); // with the selection of `more`
}

/**
 * A change by the API, for a form or a button: `mutate(input, { onSuccess, onError })`. What it can have changed is asked
 * for again (`affected.ts`); `isRead` says that it changes nothing (a check, a preview, a test).
 */
export function useApi<Id extends RouteId>(
  id: Id,
  { isRead = false }: { isRead?: boolean } = {},
): UseMutationResult<RouteResponse<Id>, ClientError, CallInput<Id>> {
  return useMutation<RouteResponse<Id>, ClientError, CallInput<Id>>({
    mutationFn: (input) => call(id, input),
    meta: { route: isRead ? null : id },
  });
}

function call<Id extends RouteId>(id: Id, input: CallInput<Id>): Promise<RouteResponse<Id>> {
  const args = [input] as unknown as Arguments<Id>; // what the route takes, which the compiler can't see through Id
  return client().call(id, ...args);
}

/** Fails, as the server would, when the user lacks a right that routes need: what would be refused is not asked for. */
export async function needRights(...ids: readonly RouteId[]): Promise<void> {
  const needed = ids.flatMap((id): readonly Right[] => routeTable[id].rights ?? []);
  if (needed.length === 0) return;
  const granted = new Set((await queryClient.ensureQueryData(apiQuery('getMe'))).rights);
  const lacks = needed.find((right) => !covers(granted, right));
  if (lacks !== undefined) throw new ClientError(parts.noRight(rights[lacks]), 403, { code: 'forbidden', lacks });
}

/** The right that the user lacks to see what was asked for, if that is why it failed. */
export function lackedRight(error: unknown): Right | null {
  return error instanceof ClientError ? ((error.problem['lacks'] ?? null) as Right | null) : null; // as thrown above
}

export const liveMs = 3_000;

/** How often what is shown is asked for again: what changes while people watch it, and what they look at now and then. */
export const live = { refetchInterval: liveMs };
export const watched = { refetchInterval: 15_000 };

/** What is shown stays until the answer to another question, such as the next page, is there. */
export const kept = { placeholderData: keepPreviousData };
