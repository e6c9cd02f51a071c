import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { SectionNav } from '../../parts/section-nav.tsx';
import { useMay } from '../../session/rights.ts';

/** The pages of Data Collection side by side. */
export function CollectionNav(): ReactNode {
  const mayCollectors = useMay('collectors:view');
  const mayParameters = useMay('parameters:view');
  return (
    <SectionNav label={words.nav}>
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
    </SectionNav>
  );
}
