import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { useMay } from '../../session/rights.ts';
import css from './collection-nav.module.css';

/** The pages of Data Collection side by side. */
export function CollectionNav(): ReactNode {
  const mayCollectors = useMay('collectors:view');
  const mayParameters = useMay('parameters:view');
  return (
    <nav aria-label={words.nav} className={css['nav']}>
      {mayCollectors ? (
        <Link to="/data-collection" activeOptions={{ exact: true, includeSearch: false }}>
          {words.parts.collectors}
        </Link>
      ) : null}
      {mayParameters ? (
        <Link to="/data-collection/parameters" activeOptions={{ includeSearch: false }}>
          {words.parts.parameters}
        </Link>
      ) : null}
      {mayCollectors ? (
        <Link to="/data-collection/rejected" activeOptions={{ includeSearch: false }}>
          {words.parts.rejected}
        </Link>
      ) : null}
    </nav>
  );
}
