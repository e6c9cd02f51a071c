import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Page } from '../../shell/page.tsx';
import type { Action } from './action.ts';
import { type ActionDraft, draftOfAction, newDestinationRow, newDraft } from './action-draft.ts';
import { ActionEditor } from './action-editor.tsx';
import { isScenario } from './scenarios.ts';
import { connectionOf, type Places, usePlaces } from './use-places.ts';

export function NewActionPage(): ReactNode {
  const search = useSearch({ from: '/shell/actions/new' });
  const navigate = useNavigate({ from: '/actions/new' });
  const places = usePlaces();
  const { step = 'basics', scenario, from, destination } = search;
  const copied = useQuery({ ...apiQuery('getAction', { params: { id: from ?? '' } }), enabled: from !== undefined });
  const isWaiting = places.isLoading || (from !== undefined && copied.data === undefined && copied.error === null);
  return (
    <Page title={terms.newAction} right="actions:manage" crumbs={[{ label: shell.pages.actions, to: '/actions' }]}>
      {isWaiting ? (
        <Skeleton height={260} aria-busy="true" />
      ) : (
        <ActionEditor
          stored={null}
          begin={() => beginning({ scenario, copied: copied.data, destination }, places)}
          draftKey={['/actions/new', scenario, from, destination].filter((one) => one !== undefined).join(' ')}
          places={places}
          step={step}
          onStep={(next) => void navigate({ search: (present) => ({ ...present, step: next }) })}
          onSaved={(saved) => {
            notifyDone(
              saved.status === 'enabled'
                ? words.editor.savedEnabled(saved.name)
                : words.editor.savedDisabled(saved.name),
            );
            void navigate({ to: '/actions/$actionId', params: { actionId: saved.id } });
          }}
          onCancel={() => void navigate({ to: '/actions' })}
        />
      )}
    </Page>
  );
}

type Given = { scenario: string | undefined; copied: Action | undefined; destination: string | undefined };

function beginning({ scenario, copied, destination }: Given, places: Places): ActionDraft {
  if (copied !== undefined) {
    const draft = draftOfAction(copied, (id) => connectionOf(places, id));
    return { ...draft, name: terms.copyOf(copied.name) };
  }
  const draft = newDraft(isScenario(scenario) ? scenario : 'custom');
  const chosen = places.destinations.find(({ id }) => id === destination);
  return chosen === undefined ? draft : { ...draft, destinations: [newDestinationRow(chosen.connectionId, chosen.id)] };
}
