import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { Page, type PageProps } from '../../shell/page.tsx';
import css from './collection-page.module.css';

/** A page of Data Collection below that of the collectors. */
export function CollectionPage({
  children,
  ...page
}: Pick<PageProps, 'title' | 'right' | 'lead' | 'children'>): ReactNode {
  return (
    <Page {...page}>
      <CollectionNav />
      {children}
    </Page>
  );
}

const pages = [
  ['collectors', '/data-collection', 'collectors'],
  ['parameters', '/data-collection/parameters', 'parameters'],
  ['rejected', '/data-collection/rejected', 'collectors'],
] as const;

/** The pages of Data Collection side by side. */
export function CollectionNav(): ReactNode {
  const may = { collectors: useMay('collectors:view'), parameters: useMay('parameters:view') };
  return (
    <nav aria-label={words.nav} className={css['nav']}>
      {pages.map(([page, to, area]) =>
        may[area] ? (
          <Link key={page} to={to} activeOptions={{ exact: page === 'collectors', includeSearch: false }}>
            {words.parts[page]}
          </Link>
        ) : null,
      )}
    </nav>
  );
}
