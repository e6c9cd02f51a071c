import type { Answer, CallInput } from '../../../client/client.ts';
import { terms, actions as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { useStatusChange } from '../../parts/document/use-status-change.ts';
import type { Places } from './use-places.ts';

export type Action = Answer<'getAction'>;
export type Destination = Answer<'getDestination'>;
export type Connection = Answer<'getConnection'>;
export type ActionBody = CallInput<'createAction'>['body'];

export const actionKind = documentKind('action', {
  newTitle: terms.newAction,
  crumbs: [{ label: words.title, to: '/actions' }],
  copyPage: '/actions/new',
  rights: 'actions',
  created: terms.saved,
});

/** Enables a disabled action and the other way round, and says so with Undo. */
export function useSwitch(): { isPending: boolean; toggle: (action: Action) => void } {
  const { change, isPending } = useStatusChange('changeAction', actionKind.nameOf, {
    enabled: terms.enabledNow,
    disabled: words.disabled,
  });
  return {
    isPending,
    toggle: (action) => void change(action, action.status === 'enabled' ? 'disabled' : 'enabled'),
  };
}

/** The status of an action, or that it needs attention: it is enabled, and its deliveries to a destination are held. */
export function standingOf(action: Action, places: Places): Action['status'] | 'needs_attention' {
  return action.status === 'enabled' && heldAt(action, places).length > 0 ? 'needs_attention' : action.status;
}

/** The destinations of an action that hold its deliveries, because they or their connections are not enabled. */
export function heldAt({ destinations }: Action, places: Places): string[] {
  return destinations.flatMap(({ destinationId }) => {
    const destination = places.destinations.find(({ id }) => id === destinationId);
    const connection = places.connections.find(({ id }) => id === destination?.connectionId);
    // Without the right to see it, nothing is known of it.
    const isHeld = connection !== undefined && [destination, connection].some((one) => one?.status !== 'enabled');
    return isHeld ? [destinationId] : [];
  });
}
