import type { CallInput, RouteResponse } from '../../../client/client.ts';
import type { Names } from '../../data/data.ts';
import { terms, actions as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { useStatusChange } from '../../parts/document/use-status-change.ts';

export type Action = RouteResponse<'getAction'>;
export type Destination = RouteResponse<'getDestination'>;
export type Connection = RouteResponse<'getConnection'>;
export type ActionBody = CallInput<'createAction'>['body'];

export const actionKind = documentKind('action', {
  newTitle: terms.newAction,
  crumbs: [{ label: words.title, to: '/actions' }],
  copyPage: '/actions/new',
  rights: 'actions',
  created: terms.saved,
});

/** Enables and disables actions. */
export const useSwitch = () =>
  useStatusChange('changeAction', actionKind.nameOf, { enabled: terms.enabledNow, disabled: words.disabled });

/** Why an action can't be enabled: it would send nothing. null: it can. */
export const notToEnable = ({ status, destinations }: Action): string | null =>
  status === 'enabled' || destinations.length > 0 ? null : words.destinations.toEnable;

/** The status of an action, or that it needs attention: it is enabled, and its deliveries to a destination are held. */
export function standingOf(action: Action, names: Names): Action['status'] | 'needs_attention' {
  return action.status === 'enabled' && heldAt(action, names).length > 0 ? 'needs_attention' : action.status;
}

/** The destinations of an action that hold its deliveries, because they or their connections are not enabled. */
export function heldAt({ destinations }: Action, names: Names): string[] {
  return destinations.flatMap(({ destinationId }) => {
    const destination = names.of(destinationId);
    const connection = names.of(destination?.connectionId ?? '');
    // Without the right to see it, nothing is known of it.
    const isHeld = connection != null && [destination, connection].some((one) => one?.status !== 'enabled');
    return isHeld ? [destinationId] : [];
  });
}
