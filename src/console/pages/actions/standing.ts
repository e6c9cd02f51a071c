import type { Action } from './action.ts';
import type { Places } from './use-places.ts';

/** How an action stands: as people chose, unless it is enabled and what it sends somewhere is held. */
export function standingOf(action: Action, places: Places): Action['status'] | 'needs_attention' {
  return action.status === 'enabled' && heldAt(action, places).length > 0 ? 'needs_attention' : action.status;
}

/** The destinations that what it sends is held at, because they or their connections are not enabled. */
export function heldAt({ destinations }: Action, places: Places): string[] {
  return destinations
    .map(({ destinationId }) => destinationId)
    .filter((id) => {
      const destination = places.destinations.find((one) => one.id === id);
      const connection = places.connections.find((one) => one.id === destination?.connectionId);
      // What can't be seen is not judged.
      return (
        destination !== undefined &&
        connection !== undefined &&
        (destination.status !== 'enabled' || connection.status !== 'enabled')
      );
    });
}
