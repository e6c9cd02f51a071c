import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem } from '../parts/parts.ts';
import { Page, type PageProps } from './page.tsx';

type Props<Thing extends object> = Pick<PageProps, 'right' | 'crumbs'> & {
  query: { data: Thing | undefined; error: unknown; refetch: () => unknown };
  /** One of them in a word: the heading until its name is known. */
  one: string;
  /** The part of the page that is open, for the browser's title. */
  part?: string | undefined;
  nameOf: (thing: Thing) => string;
  /** The id to show below the heading, unless it is the member `id`. */
  idOf?: (thing: Thing) => string | undefined;
  lead?: ((thing: Thing) => ReactNode) | undefined;
  actions?: ((thing: Thing) => ReactNode) | undefined;
  children: (thing: Thing) => ReactNode;
};

/** The page of one thing, which is loaded first: shows its outline until then, or the problem with Retry. */
export function LoadedPage<Thing extends object>(props: Props<Thing>): ReactNode {
  const { query, one, part = one, nameOf, idOf = ownId, lead, actions, children, ...page } = props;
  const { data, error } = query;
  return (
    <Page
      {...page}
      title={part}
      object={data === undefined ? one : nameOf(data)}
      {...(data === undefined ? {} : { id: idOf(data), lead: lead?.(data), actions: actions?.(data) })}
    >
      {data !== undefined ? (
        children(data)
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={320} aria-busy="true" />
      )}
    </Page>
  );
}

const ownId = (thing: object): string | undefined => ('id' in thing ? String(thing.id) : undefined);
