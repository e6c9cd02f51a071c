import { useApi } from '../../data/api.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { notifyUndo } from '../../parts/list/delete-document.ts';
import { notifyFailed } from '../../parts/notify.ts';
import type { Action } from './action.ts';

/** Enables an action that is disabled and the other way round, and says so with Undo. */
export function useSwitch(): { isPending: boolean; toggle: (action: Action) => void } {
  const patch = useApi('changeAction');
  function set({ id, name }: Action, status: Action['status'], ifMatch: number, isUndo: boolean) {
    patch.mutate(
      { params: { id }, body: { status }, ifMatch },
      {
        onSuccess(changed) {
          if (isUndo) return;
          const back = status === 'enabled' ? 'disabled' : 'enabled';
          notifyUndo((status === 'enabled' ? terms.enabledNow : words.disabled)(name), () =>
            set(changed, back, changed.version, true),
          );
        },
        onError: notifyFailed,
      },
    );
  }
  return {
    isPending: patch.isPending,
    toggle: (action) => set(action, action.status === 'enabled' ? 'disabled' : 'enabled', action.version, false),
  };
}
