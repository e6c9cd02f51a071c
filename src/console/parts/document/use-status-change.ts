import { useApi } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';
import { notifyDone, notifyFailed, notifyUndo } from '../parts.ts';

type Switched<Status extends string> = { id: string; version: number; status: Status };

/**
 * Changes the status of a document by the route that changes single fields, and says so with Undo. `said`: the
 * notifications by the new status. `change` resolves to whether it worked. `toggle` enables what is not enabled, and
 * otherwise pauses or disables it: `labelOf` says which.
 */
export function useStatusChange<Status extends string, Document extends Switched<Status>>(
  route: 'changeUser' | 'changeCollector' | 'changeAction' | 'changeConnection' | 'changeDestination',
  nameOf: (document: Document) => string,
  said: Readonly<Record<Status, (name: string) => string>>,
): {
  change: (document: Document, status: NoInfer<Status>) => Promise<boolean>;
  labelOf: (document: Document) => string;
  toggle: (document: Document) => void;
  isPending: boolean;
} {
  const patch = useApi(route as 'changeConnection'); // the routes of all kinds have the same input and output
  async function change(document: Document, status: Status, isUndo = false): Promise<boolean> {
    const { id, version, status: before } = document;
    try {
      // Not with the callbacks of `mutate`, which are skipped once the place of the button is gone, such as a menu.
      const saved = await patch.mutateAsync({
        params: { id },
        body: { status: status as 'enabled' },
        ifMatch: version,
      });
      const changed = { ...document, version: saved.version, status };
      const text = said[status](nameOf(document));
      if (isUndo) notifyDone(text);
      else notifyUndo(text, () => void change(changed, before, true));
      return true;
    } catch (error) {
      notifyFailed(error);
      return false;
    }
  }
  const isPaused = 'paused' in said;
  const [on, off] = isPaused ? [terms.resume, terms.pause] : [terms.enable, terms.disable];
  const next = (isOn: boolean) => (isOn ? (isPaused ? 'paused' : 'disabled') : 'enabled') as Status; // one of its own
  return {
    change: (document, status) => change(document, status),
    labelOf: ({ status }) => (status === 'enabled' ? off : on),
    toggle: (document) => void change(document, next(document.status === 'enabled')),
    isPending: patch.isPending,
  };
}
