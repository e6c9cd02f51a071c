import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import { draftOfBehavior, emptyDraft } from './behavior-draft.ts';
import { BehaviorEditor } from './behavior-editor.tsx';

export function NewBehaviorPage(): ReactNode {
  const { from } = useSearch({ from: '/shell/behaviors/new' });
  const navigate = useNavigate({ from: '/behaviors/new' });
  const { data, error } = useQuery({
    ...apiQuery('getBehavior', { params: { id: from ?? '' } }),
    enabled: from !== undefined,
  });
  const isWaiting = from !== undefined && data === undefined && error === null;
  return (
    <Page title={words.details.newTitle} right="behaviors:manage" crumbs={[{ label: words.title, to: '/behaviors' }]}>
      {isWaiting ? (
        <Skeleton height={260} aria-busy="true" />
      ) : (
        <BehaviorEditor
          stored={null}
          start={data === undefined ? emptyDraft() : { ...draftOfBehavior(data), name: words.copyOf(data.name) }}
          draftKey={`/behaviors/new ${from ?? ''}`}
          onSaved={({ name }) => {
            notifyDone(words.details.saved(name));
            void navigate({ to: '/behaviors' });
          }}
          onCancel={() => void navigate({ to: '/behaviors' })}
        />
      )}
    </Page>
  );
}
