import { NativeSelect } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { options } from '../../parts/options.ts';
import { Page } from '../../shell/page.tsx';
import { CollectionNav } from './collection-nav.tsx';
import { RejectedRequests } from './rejected-requests.tsx';

const words = dataCollection.rejected;

/** What was refused of all collectors, and with keys that none has. */
export function RejectedPage(): ReactNode {
  const search = useSearch({ from: '/shell/data-collection/rejected' });
  const navigate = useNavigate({ from: '/data-collection/rejected' });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  return (
    <Page
      title={dataCollection.parts.rejected}
      right="collectors:view"
      lead={words.lead}
      crumbs={[{ label: dataCollection.title, to: '/data-collection' }]}
    >
      <CollectionNav />
      <RejectedRequests
        search={search}
        onSearch={change}
        keys={search.keys}
        onClear={() => void navigate({ search: {} })}
        filters={
          <NativeSelect
            aria-label={words.keys}
            value={search.keys ?? ''}
            onChange={({ currentTarget: { value } }) =>
              change({ keys: options(words.keyKinds).find((one) => one.value === value)?.value })
            }
            data={[{ value: '', label: words.anyKey }, ...options(words.keyKinds)]}
          />
        }
      />
    </Page>
  );
}
