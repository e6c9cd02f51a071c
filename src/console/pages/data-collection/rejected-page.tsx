import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { shell } from '../../messages/en/shell.ts';
import { Page } from '../../shell/page.tsx';
import { CollectionNav } from './collection-nav.tsx';
import { RejectedRequests } from './rejected-requests.tsx';

/** What was refused of all collectors, and with keys that none has. */
export function RejectedPage(): ReactNode {
  const search = useSearch({ from: '/shell/data-collection/rejected' });
  return (
    <Page
      title={dataCollection.parts.rejected}
      right="collectors:view"
      lead={dataCollection.rejected.lead}
      crumbs={[{ label: shell.pages.dataCollection, to: '/data-collection' }]}
    >
      <CollectionNav />
      <RejectedRequests search={search} />
    </Page>
  );
}
