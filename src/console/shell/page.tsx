import { Group, Skeleton, Text, Title } from '@mantine/core';
import { Link, type LinkProps, useRouterState } from '@tanstack/react-router';
import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Right } from '../../contract/accounts/rights.ts';
import { useOpenIssues } from '../data/data.ts';
import { shell } from '../messages/en.ts';
import { EditPlace } from '../parts/form/edit-place.tsx';
import { Icon, IdWithCopy, isGone, NoRight, PlainLink, Problem } from '../parts/parts.ts';
import { useMay, useMe } from '../session/rights.ts';
import css from './page.module.css';

export type Crumb = { label: string; to: LinkProps['to']; params?: Record<string, string> };

export const settingsCrumb: Crumb = { label: shell.pages.settings, to: '/settings' };

export type PageProps = {
  /** The h1. With `object` the page is about one thing, and both stand in the browser's title. */
  title: string;
  object?: string | undefined;
  /** The id of the thing, below the heading. */
  id?: string | undefined;
  lead?: ReactNode;
  crumbs?: readonly Crumb[];
  /** Without it the page says which right is missing instead. */
  right?: Right;
  actions?: ReactNode;
  children: ReactNode;
};

let announced = '';

/** The frame of every page: title, breadcrumb, heading, what can be done, and whether one may see it. */
export function Page(props: PageProps): ReactNode {
  const { title, object, id, lead, crumbs = [], right, actions, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const [editPlace, setEditPlace] = useState<HTMLElement | null>(null);
  // Not the address that is being loaded: the page before would take the focus with it.
  const pathname = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname ?? '' });
  const me = useMe();
  const isKnown = me !== undefined;
  const environment = me?.environment ?? null;
  const may = useMay(right ?? 'connections:view') || right === undefined;

  const issues = useOpenIssues();
  useEffect(() => {
    const name = [...new Set([object, title, shell.product, environment])].filter(Boolean).join(' · ');
    document.title = issues.count === 0 ? name : `(${issues.text}) ${name}`;
  }, [object, title, environment, issues.count, issues.text]);

  // After a change of page, reading goes on at its heading; not after the first load, and not for a tab or a filter.
  useEffect(() => {
    if (announced !== '' && announced !== pathname) heading.current?.focus({ preventScroll: true });
    if (pathname !== '') announced = pathname;
  }, [pathname]);

  return (
    <EditPlace value={editPlace}>
      <div className={css['page']}>
        {crumbs.length === 0 ? null : (
          <nav aria-label={shell.breadcrumb} className={css['crumbs']}>
            {crumbs.map((crumb, index) => (
              <Fragment key={crumb.label}>
                {index === 0 ? null : <Icon name="chevron" size={11} />}
                <Link to={crumb.to as '/'} params={(crumb.params ?? {}) as never}>
                  <bdi>{crumb.label}</bdi>
                </Link>
              </Fragment>
            ))}
            <Icon name="chevron" size={11} />
            <bdi aria-current="page">{object ?? title}</bdi>
          </nav>
        )}
        <header className={css['head']} data-list={(id === undefined && crumbs.length === 0) || undefined}>
          <Title order={1} ref={heading} tabIndex={-1}>
            <bdi>{object ?? title}</bdi>
          </Title>
          <div>
            {id === undefined ? null : <IdWithCopy id={id} />}
            {lead === undefined ? null : (
              <Text c="dimmed" component="div">
                {lead}
              </Text>
            )}
          </div>
          {may ? (
            <Group gap="xs">
              {actions}
              <div ref={setEditPlace} className={css['edit']} />
            </Group>
          ) : null}
        </header>
        {may ? (
          children
        ) : right === undefined ? null : isKnown ? (
          <NoRight right={right} />
        ) : (
          <Skeleton height={320} aria-busy="true" />
        )}
      </div>
    </EditPlace>
  );
}

type LoadedProps<Thing extends object> = Pick<PageProps, 'right' | 'crumbs'> & {
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
  /** Whether a deleted one is listed in Settings, and can be restored. */
  isRestorable?: boolean;
  children: (thing: Thing) => ReactNode;
};

/** The page of one thing, which is loaded first: shows its outline until then, or the problem with Retry. */
export function LoadedPage<Thing extends object>(props: LoadedProps<Thing>): ReactNode {
  const {
    query,
    one,
    part = one,
    nameOf,
    idOf = ownId,
    lead,
    actions,
    isRestorable = false,
    children,
    ...page
  } = props;
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
        <>
          <Problem error={error} onRetry={() => void query.refetch()} />
          {isGone(error) ? <WaysOn crumbs={page.crumbs} isRestorable={isRestorable} /> : null}
        </>
      ) : (
        <Skeleton height={320} aria-busy="true" />
      )}
    </Page>
  );
}

type WaysOnProps = { crumbs: PageProps['crumbs'] | undefined; isRestorable: boolean };

/** Where to go on from a thing that is not there: the list that it would be in, and what was deleted. */
function WaysOn({ crumbs = [], isRestorable }: WaysOnProps): ReactNode {
  const list = crumbs.at(-1);
  return (
    <Group mt="md">
      {list === undefined ? null : (
        <PlainLink to={list.to as '/'} params={(list.params ?? {}) as never}>
          {shell.notFound.to(list.label)}
        </PlainLink>
      )}
      {isRestorable ? (
        <PlainLink to="/settings" search={{ tab: 'deleted' }}>
          {shell.notFound.to(shell.notFound.deleted)}
        </PlainLink>
      ) : null}
    </Group>
  );
}

const ownId = (thing: object): string | undefined => ('id' in thing ? String(thing.id) : undefined);
