import { useApi } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { notifyUndo } from '../../parts/list/delete-document.ts';
import { notifyFailed } from '../../parts/notify.ts';
import type { Connection } from './connection.ts';

type Status = Connection['status'];
type Target = { id: string; name: string; status: Status; version: number };

function useStatus(route: 'changeConnection' | 'changeDestination', said: Record<Status, (name: string) => string>) {
  const { mutateAsync, isPending } = useApi(route as 'changeConnection'); // both routes take the same
  // Not by the callbacks of `mutate`: the button may be gone before the response, such as one of the palette.
  const change = ({ id, name, status: before, version }: Target, status: Status, isUndo = false): Promise<boolean> =>
    mutateAsync({ params: { id }, body: { status }, ifMatch: version }).then(
      (saved) => {
        if (!isUndo) notifyUndo(said[status](name), () => void change(saved, before, true));
        return true;
      },
      (error) => {
        notifyFailed(error);
        return false;
      },
    );
  return { change, isPending };
}

/** Pauses and resumes a connection, says what becomes of its deliveries, and offers Undo. Resolves to whether it is saved. */
export const useConnectionStatus = () => useStatus('changeConnection', words.changed);

/** The same for a destination. */
export const useDestinationStatus = () => useStatus('changeDestination', words.destinations.changed);
