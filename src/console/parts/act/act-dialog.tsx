import type { ComponentProps, ReactNode } from 'react';
import type { CallInput, RouteResponse } from '../../../client/client.ts';
import type { RouteId } from '../../../contract/routes.ts';
import { useApi } from '../../data/data.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { notifyDone } from './notify.ts';

type Props<Id extends RouteId> = Pick<ComponentProps<typeof ConfirmDialog>, 'title' | 'verb' | 'isDangerous'> & {
  route: Id;
  /** null: the dialog is closed. */
  input: CallInput<Id> | null;
  /** What is said when it is done, where that does not show anyway. */
  done?: string;
  onDone?: (answer: RouteResponse<Id>) => void;
  onClose: () => void;
  children: ReactNode;
};

/** Asks, perhaps with a field, and calls one route. What went wrong is said in the dialog, which stays open. */
export function ActDialog<Id extends RouteId>(props: Props<Id>): ReactNode {
  const { route, input, done, onDone, onClose, ...dialog } = props;
  const call = useApi(route);
  function close() {
    call.reset();
    onClose();
  }
  function onSuccess(answer: RouteResponse<Id>) {
    if (done !== undefined) notifyDone(done);
    onDone?.(answer);
    close();
  }
  return (
    <ConfirmDialog
      {...dialog}
      isOpen={input !== null}
      isBusy={call.isPending}
      error={call.error}
      onCancel={close}
      onConfirm={() => input !== null && call.mutate(input, { onSuccess })}
    />
  );
}
