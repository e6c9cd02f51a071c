import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { shell } from '../../messages/en/shell.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import { CollectorEditor } from './collector-editor.tsx';

export function NewCollectorPage(): ReactNode {
  const navigate = useNavigate();
  return (
    <Page
      title={words.create}
      right="collectors:manage"
      crumbs={[{ label: shell.pages.dataCollection, to: '/data-collection' }]}
    >
      <CollectorEditor
        stored={null}
        onSaved={({ id, name }) => {
          notifyDone(words.details.created(name));
          void navigate({ to: '/data-collection/$collectorId', params: { collectorId: id } });
        }}
        onCancel={() => void navigate({ to: '/data-collection' })}
      />
    </Page>
  );
}
