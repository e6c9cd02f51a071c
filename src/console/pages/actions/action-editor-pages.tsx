import { Skeleton } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Names, useApiQuery, useNames } from '../../data/data.ts';
import { terms, actions as words } from '../../messages/en.ts';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { addressOf, notifyDone, StatusBadge } from '../../parts/parts.ts';
import { LoadedPage } from '../../shell/page.tsx';
import { type Action, actionKind } from './action.ts';
import { type ActionDraft, draftOfAction, newDestinationRow, newDraft } from './action-draft.ts';
import { ActionEditor } from './action-editor.tsx';
import { isScenario } from './scenarios.ts';

export function EditActionPage(): ReactNode {
  const { actionId } = useParams({ from: '/shell/actions/$actionId/edit' });
  const { step = 'basics' } = useSearch({ from: '/shell/actions/$actionId/edit' });
  const navigate = useNavigate({ from: '/actions/$actionId/edit' });
  const names = useNames();
  const toDetails = () => void navigate({ to: '/actions/$actionId', params: { actionId } });
  return (
    <LoadedPage
      query={useApiQuery('getAction', { params: { id: actionId } })}
      one={terms.action}
      part={words.editor.editTitle}
      nameOf={actionKind.nameOf}
      right="actions:view"
      crumbs={actionKind.crumbs}
      lead={({ status }) => <StatusBadge status={status} />}
    >
      {(action) =>
        action.destinations.some((one) => names.of(one.destinationId) === undefined) ? (
          <Skeleton height={260} aria-busy="true" />
        ) : (
          <ActionEditor
            key={action.id}
            stored={action}
            draftKey={`/actions/${action.id}`}
            names={names}
            step={step}
            onStep={(next) => void navigate({ search: { step: next } })}
            onSaved={({ name }) => {
              notifyDone(terms.saved(name));
              toDetails();
            }}
            onCancel={toDetails}
          />
        )
      }
    </LoadedPage>
  );
}

export function NewActionPage(): ReactNode {
  const { step = 'basics', scenario, from, destination } = useSearch({ from: '/shell/actions/new' });
  const navigate = useNavigate({ from: '/actions/new' });
  const names = useNames();
  const copied = useApiQuery('getAction', { params: { id: from ?? '' } }, { enabled: from !== undefined });
  // Their connections have to be known before the draft begins.
  const wanted = [destination ?? '', ...(copied.data?.destinations.map((one) => one.destinationId) ?? [])];
  return (
    <NewDocumentPage kind={actionKind}>
      {copied.isLoading || wanted.some((id) => names.of(id) === undefined) ? (
        <Skeleton height={260} aria-busy="true" />
      ) : (
        <ActionEditor
          stored={null}
          begin={() => beginning({ scenario, copied: copied.data, destination }, names)}
          draftKey={['/actions/new', scenario, from, destination].filter((one) => one !== undefined).join(' ')}
          names={names}
          step={step}
          onStep={(next) => void navigate({ search: (present) => ({ ...present, step: next }) })}
          onSaved={({ id, name, status, destinations }) => {
            const { savedEnabled, savedDisabled, savedEmpty } = words.editor;
            notifyDone(
              (status === 'enabled' ? savedEnabled : destinations.length > 0 ? savedDisabled : savedEmpty)(name),
            );
            void navigate({ to: addressOf('action', { id }) });
          }}
          onCancel={() => void navigate({ to: '/actions' })}
        />
      )}
    </NewDocumentPage>
  );
}

type Given = { scenario: string | undefined; copied: Action | undefined; destination: string | undefined };

function beginning({ scenario, copied, destination }: Given, names: Names): ActionDraft {
  if (copied !== undefined) {
    const draft = draftOfAction(copied, names.of);
    return { ...draft, name: terms.copyOf(copied.name) };
  }
  const draft = newDraft(isScenario(scenario) ? scenario : 'custom');
  const chosen = names.of(destination ?? '');
  if (chosen?.connectionId == null) return draft;
  return { ...draft, destinations: [newDestinationRow(chosen.connectionId, chosen.id)] };
}
