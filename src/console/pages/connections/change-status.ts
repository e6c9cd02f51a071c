import { useApi } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { notifyUndo } from '../../parts/list/delete-document.ts';
import { notifyFailed } from '../../parts/notify.ts';
import type { Connection } from './connection.ts';
import type { Destination } from './usage.ts';

type Status = Connection['status'];

/** Pauses and resumes a connection, says what became of its deliveries, and can take that back. */
export function useConnectionStatus() {
  const patch = useApi('changeConnection');
  function change({ id, name, status: before, version }: Connection, status: Status, isUndo = false) {
    // Not by the callbacks of `mutate`: what was pressed may be gone before the response, such as the palette.
    void patch.mutateAsync({ params: { id }, body: { status }, ifMatch: version }).then((saved) => {
      if (!isUndo) notifyUndo(words.changed[status](name), () => change(saved, before, true));
    }, notifyFailed);
  }
  return { change, isPending: patch.isPending };
}

/** The same for a destination. `onError` lets a switch go back. */
export function useDestinationStatus() {
  const patch = useApi('changeDestination');
  function change(
    { id, name, status: before, version }: Destination,
    status: Status,
    onError?: () => void,
    isUndo = false,
  ) {
    patch.mutate(
      { params: { id }, body: { status }, ifMatch: version },
      {
        onSuccess(saved) {
          if (!isUndo)
            notifyUndo(words.destinations.changed[status](name), () => change(saved, before, undefined, true));
        },
        onError(error) {
          onError?.();
          notifyFailed(error);
        },
      },
    );
  }
  return { change, isPending: patch.isPending };
}
