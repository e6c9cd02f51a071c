import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { notifyDone } from '../../parts/notify.ts';
import type { Behavior } from '../../parts/rules/use-behaviors.ts';
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
        <Begun
          copied={data}
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

type BegunProps = Pick<Parameters<typeof BehaviorEditor>[0], 'onSaved' | 'onCancel'> & {
  copied: Behavior | undefined;
};

function Begun({ copied, ...rest }: BegunProps): ReactNode {
  const [initial] = useState(() =>
    copied === undefined
      ? emptyDraft()
      : { ...draftOfBehavior(copied), version: null, name: words.copyOf(copied.name) },
  );
  return <BehaviorEditor stored={null} initial={initial} keptAs={`/behaviors/new ${copied?.id ?? ''}`} {...rest} />;
}
