import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Page } from '../../shell/page.tsx';
import { ActionEditor } from './action-editor.tsx';
import { usePlaces } from './use-places.ts';

export function EditActionPage(): ReactNode {
  const { actionId } = useParams({ from: '/shell/actions/$actionId/edit' });
  const search = useSearch({ from: '/shell/actions/$actionId/edit' });
  const navigate = useNavigate({ from: '/actions/$actionId/edit' });
  const { step = 'basics' } = search;
  const places = usePlaces();
  const { data, error, refetch } = useQuery(apiQuery('getAction', { params: { id: actionId } }));
  const toDetails = () => void navigate({ to: '/actions/$actionId', params: { actionId } });
  return (
    <Page
      title={words.editor.editTitle}
      object={data?.name ?? terms.action}
      right="actions:view"
      crumbs={[{ label: shell.pages.actions, to: '/actions' }]}
      lead={data === undefined ? undefined : <StatusBadge status={data.status} />}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined || places.isLoading ? (
        error === null ? (
          <Skeleton height={260} aria-busy="true" />
        ) : null
      ) : (
        <ActionEditor
          key={data.id}
          stored={data}
          draftKey={`/actions/${data.id}`}
          places={places}
          step={step}
          onStep={(next) => void navigate({ search: { step: next } })}
          onSaved={(saved) => {
            notifyDone(terms.saved(saved.name));
            toDetails();
          }}
          onCancel={toDetails}
        />
      )}
    </Page>
  );
}
